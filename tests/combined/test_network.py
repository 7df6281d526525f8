"""The combined network over every sequence, fusion and choice of modalities: what is missing has no say."""

from dataclasses import replace
from itertools import combinations
from types import SimpleNamespace
from typing import get_args

import numpy as np
import pytest
import torch

from source.combined import SPEC, network
from source.combined.explain import FaceAlone
from source.combined.fusion import FUSIONS
from source.combined.network import VOICE, CombinedModel, Standardised
from source.combined.settings import MODALITIES, CombinedSettings, Fusion, Sequence, suggest
from source.combined.temporal import SEQUENCES
from source.core.errors import DemeanorError
from source.text.network import TextModel
from source.training import checkpoint
from source.training.loop import Epoch, Fit
from tests.support.toy import COMBINED, combined_arrays

CHOICES = [names for count in (1, 2, 3) for names in combinations(MODALITIES, count)]
EVERY = [
    (sequence, fusion, names)
    for names in CHOICES
    for fusion in FUSIONS
    for sequence in (SEQUENCES if "face" in names else ["lstm"])
]
PAIRS = [(sequence, fusion) for sequence in SEQUENCES for fusion in FUSIONS]
MASKS = {"face": "face_found", "audio": "heard", "text": "said"}


@pytest.fixture(scope="module", autouse=True)
def one_text_branch():
    """Reading MiniLM takes longer than all else here; the branch is frozen, so that all networks can share it."""
    torch.manual_seed(0)
    made = {classes: TextModel(COMBINED.text, classes) for classes in (7,)}
    real = network.BRANCHES["text"]
    network.BRANCHES["text"] = lambda settings, classes: made.get(classes) or real(settings, classes)
    yield
    network.BRANCHES["text"] = real


def inputs(count=6, seed=0):
    """Clips of 4 frames: all seen, padding, a gap, the middle alone, none, the last alone; voices and words vary."""
    given = {name: torch.from_numpy(array) for name, array in combined_arrays(count, seed).items()}
    seen = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0], [1, 0, 0, 1], [0, 1, 1, 0], [0, 0, 0, 0], [0, 0, 0, 1]])
    given["face_found"] = seen.float().repeat(-(-count // 6), 1)[:count]
    given["heard"], given["said"] = (torch.arange(count) % 3 < 2).float(), (torch.arange(count) % 2).float()
    return given


def built(sequence="lstm", fusion="added", modalities=("face", "audio"), classes=7, **more):
    torch.manual_seed(0)
    settings = replace(COMBINED, sequence=sequence, fusion=fusion, modalities=modalities, **more)
    return CombinedModel(settings, classes)


def experienced(*how, **more):
    """A network whose statistics have seen batches, in evaluation mode."""
    network = built(*how, **more).train()
    with torch.no_grad():
        network(**inputs(12, seed=1))
    return network.eval()


def shown(given, *names):
    """The same with all modalities but these hidden."""
    return given | {mask: given[mask] * 0 for name, mask in MASKS.items() if name not in names}


# --- Every choice ------------------------------------------------------------------------------------------------


def test_settings_offer_exactly_what_is_registered():
    assert get_args(Sequence) == tuple(SEQUENCES) and get_args(Fusion) == tuple(FUSIONS)
    assert MODALITIES == tuple(network.BRANCHES) == tuple(MASKS)


@pytest.mark.parametrize(("sequence", "fusion", "modalities"), EVERY)
def test_every_trained_parameter_gets_a_gradient_and_no_frozen_one(sequence, fusion, modalities):
    network = built(sequence, fusion, modalities).train()
    logits = network(**SPEC.augment(inputs(12), network.settings))
    assert logits.shape == (12, 7)
    (logits * torch.randn(12, 7)).sum().backward()
    for name, parameter in network.named_parameters():
        frozen = name.startswith("branches.text.")
        assert parameter.requires_grad != frozen and (parameter.grad is None) == frozen, name
        assert frozen or torch.isfinite(parameter.grad).all()
    assert all(parameter.grad.abs().max() > 0 for parameter in network.dense[modalities[0]].parameters())


@pytest.mark.parametrize(("sequence", "fusion"), PAIRS)
def test_what_lies_behind_a_mask_has_no_say(sequence, fusion):
    network, given = experienced(sequence, fusion, MODALITIES), inputs()
    hidden = {name: given[mask] == 0 for name, mask in MASKS.items()}
    other = dict(given)
    for name, mask in {
        "image": hidden["face"], "landmarks": hidden["face"], "blendshapes": hidden["face"],
        "mfcc": hidden["audio"], "voiced": hidden["audio"], "encoder": hidden["audio"],
        "token_ids": hidden["text"], "before_ids": hidden["text"], "lexicon": hidden["text"],
    }.items():  # fmt: skip
        other[name] = given[name].clone()
        other[name][mask] = True if name == "voiced" else 55
    with torch.inference_mode():
        answer = network(**given)
        torch.testing.assert_close(network(**other), answer)
        for name in ("image", "mfcc", "lexicon"):  # whereas what is there has
            assert not torch.allclose(network(**given | {name: given[name] + 20}), answer, atol=1e-4)


@pytest.mark.parametrize("modalities", CHOICES, ids="+".join)
def test_one_frame_more_of_padding_has_no_say(modalities):
    network, given = experienced(modalities=modalities), inputs()
    longer = dict(given)
    for name in ("image", "landmarks", "blendshapes", "face_found"):
        longer[name] = torch.cat([given[name], torch.zeros_like(given[name][:, :1])], 1)
    with torch.inference_mode():
        torch.testing.assert_close(network(**longer), network(**given))


@pytest.mark.parametrize(("sequence", "fusion"), PAIRS)
def test_nothing_at_all_is_an_even_answer(sequence, fusion):
    network = experienced(sequence, fusion, MODALITIES)
    with torch.inference_mode():
        answer = network(**shown(inputs()))
    assert torch.equal(answer, answer[:, :1].expand(6, 7)) and torch.isfinite(answer).all()


@pytest.mark.parametrize(("sequence", "fusion"), PAIRS)
def test_a_batch_without_anything_trains_and_teaches_the_statistics_nothing(sequence, fusion):
    network = built(sequence, fusion).train()
    before = {name: value.clone() for name, value in network.named_buffers() if "audio" not in name}
    network(**shown(inputs())).sum().backward()
    assert all(parameter.grad is None or torch.isfinite(parameter.grad).all() for parameter in network.parameters())
    assert network.branches["face"].training  # again
    after = dict(network.named_buffers())
    assert all(torch.equal(value, after[name]) for name, value in before.items())


def test_one_face_in_a_batch_is_enough_to_train_on():
    """Batch normalisation over the shapes of a single face would have no deviation."""
    network, given = built().train(), inputs()
    given["face_found"] = torch.zeros(6, 4)
    given["face_found"][2, 1] = 1
    network(**given).sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in network.parameters() if p.grad is not None)


@pytest.mark.parametrize(("sequence", "fusion"), PAIRS)
def test_a_batch_answers_as_its_clips_do_alone(sequence, fusion):
    network, given = experienced(sequence, fusion), inputs()
    with torch.inference_mode():
        alone = [network(**{name: value[at : at + 1] for name, value in given.items()}) for at in range(6)]
        torch.testing.assert_close(network(**given), torch.cat(alone), atol=1e-5, rtol=1e-4)


# --- The parts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("frozen", [("face",), ("face", "audio"), ("audio", "text"), ()])
def test_frozen_branches_stay_as_they_begin(frozen):
    network = built(modalities=MODALITIES, frozen=frozen or ("text",), init_from=frozen).train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    optimizer = torch.optim.SGD([p for p in network.parameters() if p.requires_grad], 0.1)
    network(**inputs(12)).sum().backward()
    optimizer.step()
    after = network.state_dict()
    for name in ("face", "audio"):
        of_branch = [key for key in before if key.startswith(f"branches.{name}.")]
        same = [torch.equal(before[key], after[key]) for key in of_branch]
        statistics = [key for key in of_branch if "running_mean" in key]
        assert statistics and network.branches[name].training == (name not in frozen)
        assert all(same) if name in frozen else not all(torch.equal(before[key], after[key]) for key in statistics)
        assert all((p.grad is None) == (name in frozen) for p in network.branches[name].parameters())
    assert not network.eval().training and not network.branches["audio"].training


def test_the_forward_pass_is_its_stages():
    network, given = experienced(modalities=MODALITIES), inputs()
    seen, heard, said = given["face_found"] > 0, given["heard"] > 0, given["said"] > 0
    with torch.inference_mode():
        named = ("image", "blendshapes", "landmarks")
        made = network.of_faces(**{name: given[name].flatten(0, 1) for name in named}).view(6, 4, -1)
        voices = network.of_voices(mfcc=given["mfcc"], voiced=given["voiced"], encoder=given["encoder"])
        words = network.of_words(given["token_ids"], given["before_ids"], given["lexicon"])
        whole = network.fused(faces=made, seen=seen, voices=voices, heard=heard, words=words, said=said)
        torch.testing.assert_close(whole, network(**given), atol=1e-5, rtol=1e-4)
        lengths = {"face": made.shape[2], "audio": voices.shape[1], "text": words.shape[1]}
        assert network.lengths == lengths
        without_masks = network.fused(faces=made[:1], voices=voices[:1])  # that are given: all are there
        torch.testing.assert_close(without_masks[0], network(**shown(given, "face", "audio"))[0], atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(network.fused(words=words, said=said), network(**shown(given, "text")))


@pytest.mark.parametrize("fusion", ["added", "gated", "late"])
@pytest.mark.parametrize("name", MODALITIES)
def test_one_modality_alone_keeps_its_own_order_of_the_labels(fusion, name):
    network, given = experienced(fusion=fusion, modalities=MODALITIES), inputs(12)
    at, there = MODALITIES.index(name), given[MASKS[name]].reshape(12, -1).any(1)
    with torch.inference_mode():
        given = shown(given, name)
        vectors = network.forward_features(**given).view(12, 3, -1)
        own = opinion_of(network, given, name)[there]
        fused = network(**given)[there]
    assert there.sum() > 4 and torch.equal(own.argsort(1), fused.argsort(1))
    assert not vectors[:, [other for other in range(3) if other != at]].any()


@pytest.mark.parametrize("modalities", CHOICES, ids="+".join)
def test_without_labels_the_features_are_what_it_gives(modalities):
    if "text" in modalities:
        modalities = tuple(name for name in modalities if name != "text") or ("audio",)
    network, given = built(modalities=modalities, classes=0).eval(), inputs()
    with torch.inference_mode():
        features = network.forward_features(**given)
        assert features.shape == (6, network.features) and torch.equal(network(**given), features)
    assert not [name for name, _ in network.named_parameters() if "opinions" in name or "fusion" in name]


def test_of_altered_copies_the_clip_itself_is_read():
    network, given = experienced(), inputs()
    several = {name: torch.stack([given[name], given[name].flip(0)], 1) for name in VOICE}
    with torch.inference_mode():
        assert torch.equal(network(**given | several), network(**given))


def test_branches_can_be_without_landmarks_or_mfcc():
    face, audio = replace(COMBINED.face, use_landmarks=False), replace(COMBINED.audio, use_mfcc=False)
    network, given = built(face=face, audio=audio).eval(), inputs()
    given = {name: value for name, value in given.items() if name not in ("landmarks", "mfcc", "voiced")}
    assert network(**given).shape == (6, 7) and network(**SPEC.augment(given, network.settings)).shape == (6, 7)


def test_a_face_alone_is_explained_by_the_same_answer():
    network, given = experienced(), inputs()
    frame = {
        name: value[:, :1] if name in ("image", "landmarks", "blendshapes") else value for name, value in given.items()
    }
    frame["face_found"] = torch.tensor([[1.0], [1], [0], [1], [0], [1]])
    names = ("image", "landmarks", "blendshapes", "face_found")
    alone = FaceAlone(network)
    with torch.inference_mode():
        answer = alone(**{name: frame[name][:, 0] for name in names})
        torch.testing.assert_close(answer, network(**shown(frame, "face")), atol=1e-5, rtol=1e-4)
    assert alone.image_branch is network.branches["face"].image_branch and alone.settings is COMBINED.face


def test_a_checkpoint_in_half_precision_answers_the_same(tmp_path):
    network = experienced(modalities=MODALITIES, weights_dtype="float16")
    fit = Fit([Epoch(1, 0.0, None, None, None, 0.0, 0.0)], network.state_dict())
    part = SimpleNamespace(split="train", clips=[], grouping=SimpleNamespace(name="seven", labels=tuple("abcdefg")))
    trained = checkpoint.from_fit(SPEC, network.settings, fit, part, part, {})
    loaded = checkpoint.load(checkpoint.save(tmp_path, trained))
    given = {name: value.numpy() for name, value in inputs().items()}
    assert loaded.settings == network.settings and np.array_equal(loaded.logits(given), trained.logits(given))
    with torch.inference_mode():
        whole = network(**inputs()).numpy()
    assert loaded.logits(given) == pytest.approx(whole, abs=0.03 * float(np.abs(whole).max()))


# --- Sequences ---------------------------------------------------------------------------------------------------

SEEN = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0], [1, 0, 0, 1, 1], [0, 0, 1, 0, 0], [0, 0, 0, 0, 0]]).bool()


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_the_last_state_is_that_of_the_last_frame_seen(name, layers):
    torch.manual_seed(0)
    network, frames = SEQUENCES[name](3, 4, layers).eval(), torch.randn(5, 5, 3)
    with torch.inference_mode():
        made = network(frames, SEEN)
        for row, (clip, seen) in enumerate(zip(frames, SEEN, strict=True)):
            if not seen.any():
                assert not made[row].any()
                continue
            steps, _ = network.network(clip[seen][None])  # torch's own, on the frames alone
            expected = torch.cat([steps[0, -1, :4], steps[0, 0, 4:], steps[0].mean(0)])
            torch.testing.assert_close(made[row], expected)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("name", SEQUENCES)
def test_frames_that_are_not_seen_have_no_say(name, layers):
    torch.manual_seed(0)
    network, frames = SEQUENCES[name](3, 4, layers).eval(), torch.randn(5, 5, 3)
    with torch.inference_mode():
        made = network(frames, SEEN)
        noisy = torch.where(SEEN[..., None], frames, torch.tensor(1e4))
        torch.testing.assert_close(network(noisy, SEEN), made)
        assert made.shape == (5, network.features) and not made[4].any() and made[:4].any(1).all()
        longer = torch.cat([frames, torch.full((5, 3, 3), 1e4)], 1), torch.cat([SEEN, torch.zeros(5, 3).bool()], 1)
        torch.testing.assert_close(network(*longer), made)


@pytest.mark.parametrize(
    ("name", "matters"), [("lstm", True), ("gru", True), ("transformer", True), ("statistics", False)]
)
def test_whether_the_order_of_the_frames_matters(name, matters):
    torch.manual_seed(0)
    network, frames = SEQUENCES[name](3, 4, 1).eval(), torch.randn(2, 5, 3)
    with torch.inference_mode():
        forth, back = (network(clip, torch.ones(2, 5).bool()) for clip in (frames, frames[:, [1, 0, 3, 2, 4]]))
    assert torch.allclose(forth, back, atol=1e-5) != matters


def test_statistics_are_numpys():
    frames = torch.randn(5, 5, 3, generator=torch.Generator().manual_seed(0))
    made = SEQUENCES["statistics"](3, 0, 0)(frames, SEEN).numpy()
    for row in range(4):
        clip = frames[row][SEEN[row]].numpy()
        assert made[row] == pytest.approx(np.concatenate([clip.mean(0), np.sqrt(clip.var(0) + 1e-6)]), abs=1e-6)


@pytest.mark.parametrize("name", SEQUENCES)
def test_gradients_are_finite_where_nothing_is_seen(name):
    frames = torch.randn(5, 5, 3).requires_grad_()
    SEQUENCES[name](3, 4, 1)(frames, SEEN).pow(2).sum().backward()
    assert torch.isfinite(frames.grad).all() and not frames.grad[~SEEN].any() and frames.grad[SEEN].any()


# --- Fusions -----------------------------------------------------------------------------------------------------


def given_to_fusions():
    torch.manual_seed(0)
    there = torch.tensor([[1, 1, 1], [1, 0, 1], [0, 1, 0], [0, 0, 0]]).bool()
    return torch.randn(4, 3, 5), torch.randn(4, 3, 7), there


@pytest.mark.parametrize("weights", [(1.0, 1.0, 1.0), (0.7, 0.3, 0.0)])
def test_late_fusion_is_numpys_weighted_sum_of_log_probabilities(weights):
    vectors, opinions, there = given_to_fusions()
    fusion = FUSIONS["late"](3, 5, 7, 0.0)
    fusion.weights.copy_(torch.tensor(weights))
    shares = np.exp(opinions.numpy()) / np.exp(opinions.numpy()).sum(2, keepdims=True)
    expected = (np.log(shares) * np.array(weights)[:, None] * there.numpy()[..., None]).sum(1)
    assert fusion(vectors, opinions, there).numpy() == pytest.approx(expected, abs=1e-5)


def test_added_evidence_is_the_product_of_the_probabilities():
    vectors, opinions, there = given_to_fusions()
    fused = FUSIONS["added"](3, 5, 7, 0.0)(vectors, opinions, there).softmax(1)[1]
    product = opinions[1, 0].softmax(0) * opinions[1, 2].softmax(0)  # of the two that are there
    torch.testing.assert_close(fused, product / product.sum())


@pytest.mark.parametrize("fusion", FUSIONS)
def test_a_fusion_sees_nothing_of_what_is_not_there(fusion):
    vectors, opinions, there = given_to_fusions()
    network = FUSIONS[fusion](3, 5, 7, 0.0).eval()
    answers = [
        network(vectors + change * ~there[..., None], opinions + change * ~there[..., None], there)
        for change in (0, 100)
    ]
    torch.testing.assert_close(*answers)
    assert answers[0].shape == (4, 7) and not answers[0][3].any()


def test_fixed_weights_of_late_fusion_are_what_it_weighs_by():
    even, fixed = (experienced(fusion="late", late_weights=weights) for weights in ((), (0.7, 0.3)))
    given = inputs(12)
    with torch.inference_mode():
        both = [opinion_of(fixed, given, name).log_softmax(1) for name in ("face", "audio")]
        expected = 0.7 * both[0] * seen(given)[:, None] + 0.3 * both[1] * given["heard"][:, None]
        torch.testing.assert_close(fixed(**given), expected)
        assert not torch.allclose(fixed(**given), even(**given))


def seen(given):
    return given["face_found"].any(1).float()


def opinion_of(network, given, name):
    """Of one modality: what its branch itself answers, as far as it is trusted, and what its features tell."""
    names = list(network.branches)
    vectors = network.forward_features(**given).view(len(given["heard"]), len(names), -1)
    at, branch = names.index(name), network.branches[name]
    if name == "face":
        shots = {key: given[key].flatten(0, 1) for key in ("image", "landmarks", "blendshapes", "face_found")}
        there = given["face_found"][..., None]
        own = branch(**shots).log_softmax(1).view(*there.shape[:2], 7)
        own = (own * there).sum(1) / there.sum(1).clamp(min=1)
    elif name == "audio":
        own = branch(given["mfcc"], given["voiced"], encoder=given["encoder"]).log_softmax(1)
    else:
        own = branch(given["token_ids"], given["before_ids"], given["lexicon"]).log_softmax(1)
    return network.trust[at] * own + network.opinions[name](vectors[:, at])


# --- Standardised ------------------------------------------------------------------------------------------------


def test_values_come_to_mean_0_and_deviation_1_as_seen_in_training():
    torch.manual_seed(0)
    scale = Standardised(2).train()
    for _ in range(300):
        scale(torch.randn(64, 2) * torch.tensor([2.0, 0.1]) + torch.tensor([3.0, -1]), torch.ones(64).bool())
    assert scale.mean.tolist() == pytest.approx([3, -1], abs=0.1)
    assert scale.variance.sqrt().tolist() == pytest.approx([2, 0.1], rel=0.05)
    before = scale.eval().mean.clone()
    made = scale(torch.tensor([[5.0, -1.1]]), torch.ones(1).bool())
    assert made[0].tolist() == pytest.approx([1, -1], abs=0.1) and torch.equal(before, scale.mean)


def test_the_first_batch_is_taken_whole_and_the_next_by_its_share():
    one, two, there = torch.tensor([[1.0], [3.0]]), torch.tensor([[5.0], [7.0]]), torch.ones(2).bool()
    scale = Standardised(1).train()
    scale(one, there)
    assert (scale.mean.item(), scale.variance.item()) == (2, 1)
    scale(two, there)
    assert scale.mean.item() == pytest.approx(0.95 * 2 + 0.05 * 6)


@pytest.mark.parametrize("shape", [(6,), (2, 3)])
def test_rows_that_are_not_there_teach_nothing_and_come_out_zero(shape):
    there = torch.tensor([1, 0, 1, 1, 0, 1]).bool().view(shape)
    rows = torch.randn(*shape, 4)
    pair = [Standardised(4).train() for _ in range(2)]
    made = [
        scale(torch.where(there[..., None], rows, torch.tensor(other)), there)
        for scale, other in zip(pair, (0.0, 1e6), strict=True)
    ]
    torch.testing.assert_close(*made)
    assert torch.equal(pair[0].mean, pair[1].mean) and not made[0][~there].any() and made[0][there].any()
    before = pair[0].mean.clone()
    assert not pair[0](rows, torch.zeros_like(there)).any() and torch.equal(before, pair[0].mean)


def test_one_row_in_a_batch_and_an_outlier_stay_finite():
    scale = Standardised(3).train()
    assert torch.isfinite(scale(torch.randn(1, 3), torch.ones(1).bool())).all()
    assert scale(torch.full((1, 3), 1e8), torch.ones(1).bool()).abs().max() <= 10


# --- Settings ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("changes, words", [
    ({"modalities": ()}, "one or more of face, audio, text"),
    ({"modalities": ("face", "face")}, "each once"),
    ({"modalities": ("smell",)}, "face, audio, text"),
    ({"window_seconds": 2.0}, "audio.window_seconds alike"),
    ({"late_weights": (0.7, 0.3)}, "late_weights need fusion=late and one weight for each of the 3"),
    ({"late_weights": (0.7, 0.3), "fusion": "late"}, "each of the 3"),
    ({"mixup": 0.2}, "mixup=0"),
    ({"modality_dropout": 1.5}, "from 0 to 1"),
    ({"sequence_units": 0}, "above 0"),
    ({"sequence": "transformer", "sequence_units": 5}, "even number"),
    ({"sequence": "transformer", "frames_per_second": 200.0}, "512 frames"),
    ({"sequence": "rnn"}, "lstm, gru, transformer, statistics"),
], ids=str)  # fmt: skip
def test_contradictions_are_refused_early(changes, words):
    with pytest.raises(DemeanorError, match=words):
        replace(CombinedSettings(), **changes)


def test_the_window_is_so_many_frames():
    assert CombinedSettings().frames == 20 and replace(CombinedSettings(), frames_per_second=0.01).frames == 1


def test_prediction_needs_no_copies_and_reads_words_where_there_is_a_branch():
    for modalities in CHOICES:
        made = replace(CombinedSettings(), modalities=modalities).for_prediction()
        assert made.audio.augmented_copies == 0 and made.transcribe == ("text" in modalities)


def test_suggestions_are_settings():
    import optuna

    trial = optuna.create_study().ask()
    assert replace(CombinedSettings(), **suggest(trial)).window_seconds == 4


def test_the_shipped_settings_train_under_a_million_parameters():
    network = CombinedModel(CombinedSettings(modalities=("face", "audio")), 7)
    assert sum(p.numel() for p in network.parameters() if p.requires_grad) < 1_000_000
