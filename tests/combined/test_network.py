"""The combined network for drawn sequences, fusions and modalities: what is missing changes nothing."""

from dataclasses import replace
from itertools import combinations
from types import SimpleNamespace
from typing import get_args

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from torch import nn

from source.combined import SPEC, network
from source.combined.explain import FaceAlone
from source.combined.face_over_time import FaceOverTime, Standardised
from source.combined.fusion import FUSIONS
from source.combined.network import VOICE, CombinedModel
from source.combined.pretrained_branches import initialise
from source.combined.settings import MASKS, MODALITIES, CombinedSettings, Fusion, Sequence, suggest
from source.combined.temporal import SEQUENCES
from source.core.errors import DemeanorError
from source.data.clips import AFFECT_DIMENSIONS
from source.text.network import TextModel
from source.training import checkpoint
from source.training.loop import Epoch, Fit
from tests.support.toy import COMBINED, combined_arrays

LABELS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
SUBSETS = [names for count in (1, 2, 3) for names in combinations(MODALITIES, count)]
FRAMES = ("image", "landmarks", "blendshapes", "face_mask")
a_few = settings(max_examples=6, deadline=None)
any_sequence, any_fusion = st.sampled_from(list(SEQUENCES)), st.sampled_from(list(FUSIONS))


class TextBranch(nn.Module):
    """Takes the place of MiniLM, which takes longer to read than all else here."""

    def __init__(self, settings, classes):
        super().__init__()
        self.features = 6
        self.tokens = nn.Embedding(5000, 2)
        self.head = nn.Linear(6, classes) if classes else nn.Identity()
        self.affect = nn.Linear(6, len(AFFECT_DIMENSIONS))

    def forward_features(self, token_ids, before_ids, lexicon):
        return torch.cat([self.tokens(token_ids.long()).mean(1), lexicon], 1)

    def forward(self, token_ids, before_ids, lexicon):
        return self.head(self.forward_features(token_ids, before_ids, lexicon))


@pytest.fixture(scope="module", autouse=True)
def text_branch():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(network.BRANCHES, "text", TextBranch)
        yield


def clips(count=6, seed=0):
    """Clips of 4 frames: all seen, padding, a gap, the middle alone, none, the last alone; voices and words vary."""
    inputs = {name: torch.from_numpy(array) for name, array in combined_arrays(count, seed).items()}
    seen = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0], [1, 0, 0, 1], [0, 1, 1, 0], [0, 0, 0, 0], [0, 0, 0, 1]])
    inputs["face_mask"] = seen.float().repeat(-(-count // 6), 1)[:count]
    inputs["audio_mask"], inputs["text_mask"] = (torch.arange(count) % 3 < 2).float(), (torch.arange(count) % 2).float()
    return inputs


def built(sequence="lstm", fusion="added", modalities=("face", "audio"), classes=7, **more):
    torch.manual_seed(0)
    return CombinedModel(replace(COMBINED, sequence=sequence, fusion=fusion, modalities=modalities, **more), classes)


def experienced(*choice, **more):
    """Return a network whose statistics have seen batches, in evaluation mode."""
    model = built(*choice, **more).train()
    with torch.no_grad():
        model(**clips(12, seed=1))
    return model.eval()


def shown(inputs, *names):
    """Return the same with all modalities but these masked."""
    return inputs | {mask: inputs[mask] * 0 for name, mask in MASKS.items() if name not in names}


# --- Every choice ------------------------------------------------------------------------------------------------


def test_settings_offer_exactly_what_is_registered():
    assert get_args(Sequence) == tuple(SEQUENCES) and get_args(Fusion) == tuple(FUSIONS)
    assert MODALITIES == tuple(network.BRANCHES) == tuple(MASKS)


@given(any_sequence, any_fusion, st.sampled_from(SUBSETS))
@a_few
def test_every_trained_parameter_gets_a_gradient_and_no_frozen_one(sequence, fusion, modalities):
    model = built(sequence, fusion, modalities).train()
    if fusion == "late" and modalities == ("text",):
        with pytest.raises(DemeanorError, match="Nothing is left to be trained"):
            initialise(model, model.settings, LABELS, None, 0)
        return
    logits = model(**SPEC.augment(clips(12), model.settings))
    assert logits.shape == (12, 7)
    (logits * torch.randn(12, 7)).sum().backward()
    for name, parameter in model.named_parameters():
        frozen = name.startswith("branches.text.")
        assert parameter.requires_grad != frozen and (parameter.grad is None) == frozen, name
        assert frozen or torch.isfinite(parameter.grad).all()
    first = [*model.dense.values()][:1]  # late fusion has none where the face is not there
    assert all(parameter.grad.abs().max() > 0 for part in first for parameter in part.parameters())


@given(any_sequence, any_fusion)
@a_few
def test_what_is_masked_changes_nothing(sequence, fusion):
    model, inputs = experienced(sequence, fusion, MODALITIES), clips()
    hidden = {name: inputs[mask] == 0 for name, mask in MASKS.items()}
    other = dict(inputs)
    for name, mask in {
        "image": hidden["face"], "landmarks": hidden["face"], "blendshapes": hidden["face"],
        "mfcc": hidden["audio"], "voiced": hidden["audio"], "encoder": hidden["audio"],
        "token_ids": hidden["text"], "before_ids": hidden["text"], "lexicon": hidden["text"],
    }.items():  # fmt: skip
        other[name] = inputs[name].clone()
        other[name][mask] = True if name == "voiced" else 55
    longer = dict(inputs)
    for name in FRAMES:
        longer[name] = torch.cat([inputs[name], torch.zeros_like(inputs[name][:, :1])], 1)
    with torch.inference_mode():
        answer = model(**inputs)
        torch.testing.assert_close(model(**other), answer)
        torch.testing.assert_close(model(**longer), answer)
        for name in ("image", "mfcc", "lexicon"):  # whereas what is present does
            assert not torch.allclose(model(**inputs | {name: inputs[name] + 20}), answer, atol=1e-4)


@given(any_sequence, any_fusion)
@a_few
def test_nothing_at_all_is_an_even_answer_and_teaches_the_statistics_nothing(sequence, fusion):
    model = experienced(sequence, fusion, MODALITIES)
    nothing = shown(clips())
    with torch.inference_mode():
        answer = model(**nothing)
    assert torch.equal(answer, answer[:, :1].expand(6, 7)) and torch.isfinite(answer).all()
    before = {name: value.clone() for name, value in model.named_buffers() if "audio" not in name}
    model.train()(**nothing).sum().backward()
    assert all(parameter.grad is None or torch.isfinite(parameter.grad).all() for parameter in model.parameters())
    assert model.branches["face"].training  # again
    after = dict(model.named_buffers())
    assert all(torch.equal(value, after[name]) for name, value in before.items())


def test_one_face_in_a_batch_is_enough_to_train_on():
    """Batch normalisation over the shapes of a single face would have no deviation."""
    model, inputs = built().train(), clips()
    inputs["face_mask"] = torch.zeros(6, 4)
    inputs["face_mask"][2, 1] = 1
    model(**inputs).sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None)


@given(any_sequence, any_fusion)
@a_few
def test_a_batch_answers_as_its_clips_do_alone(sequence, fusion):
    model, inputs = experienced(sequence, fusion), clips()
    with torch.inference_mode():
        alone = [model(**{name: value[at : at + 1] for name, value in inputs.items()}) for at in range(6)]
        torch.testing.assert_close(model(**inputs), torch.cat(alone), atol=1e-5, rtol=1e-4)


# --- The parts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("frozen", [("face", "audio"), ("audio", "text"), ()])
def test_frozen_branches_stay_as_they_begin(frozen):
    model = built(modalities=MODALITIES, frozen=frozen or ("text",), init_from=frozen).train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], 0.1)
    model(**clips(12)).sum().backward()
    optimizer.step()
    after = model.state_dict()
    for name in ("face", "audio"):
        of_branch = [key for key in before if key.startswith(f"branches.{name}.")]
        same = [torch.equal(before[key], after[key]) for key in of_branch]
        statistics = [key for key in of_branch if "running_mean" in key]
        assert statistics and model.branches[name].training == (name not in frozen)
        assert all(same) if name in frozen else not all(torch.equal(before[key], after[key]) for key in statistics)
        assert all((p.grad is None) == (name in frozen) for p in model.branches[name].parameters())
    assert not model.eval().training and not model.branches["audio"].training


def check_stages(model, inputs):
    """Encoding and fusing by hand gives what `forward` gives."""
    masks = {mask: inputs[mask] > 0 for mask in MASKS.values()}
    with torch.inference_mode():
        names = ("image", "blendshapes", "landmarks")
        face = model.encode_face(**{name: inputs[name].flatten(0, 1) for name in names}).view(6, 4, -1)
        audio = model.encode_audio(mfcc=inputs["mfcc"], voiced=inputs["voiced"], encoder=inputs["encoder"])
        text = model.encode_text(inputs["token_ids"], inputs["before_ids"], inputs["lexicon"])
        whole = model.fuse(face=face, audio=audio, text=text, **masks)
        torch.testing.assert_close(whole, model(**inputs), atol=1e-5, rtol=1e-4)
        assert model.lengths == {"face": face.shape[2], "audio": audio.shape[1], "text": text.shape[1]}
        without_masks = model.fuse(face=face[:1], audio=audio[:1])  # nothing is masked
        torch.testing.assert_close(without_masks[0], model(**shown(inputs, "face", "audio"))[0], atol=1e-5, rtol=1e-4)
        text_alone = model.fuse(text=text, text_mask=masks["text_mask"])
        torch.testing.assert_close(text_alone, model(**shown(inputs, "text")), atol=1e-5, rtol=1e-4)


def test_the_forward_pass_is_its_stages():
    check_stages(experienced(modalities=MODALITIES), clips())


@pytest.mark.slow
def test_the_forward_pass_is_its_stages_with_the_pretrained_text_branch(monkeypatch):
    monkeypatch.setitem(network.BRANCHES, "text", TextModel)
    check_stages(experienced(modalities=MODALITIES), clips())


@given(st.sampled_from(["added", "gated", "late"]), st.sampled_from(MODALITIES))
@a_few
def test_one_modality_alone_keeps_its_own_order_of_the_labels(fusion, name):
    model, inputs = experienced(fusion=fusion, modalities=MODALITIES), clips(12)
    present = inputs[MASKS[name]].reshape(12, -1).any(1)
    with torch.inference_mode():
        inputs = shown(inputs, name)
        own = logits_of(model, inputs, name)[present]
        fused = model(**inputs)[present]
    assert present.sum() > 4 and torch.equal(own.argsort(1), fused.argsort(1))


@pytest.mark.parametrize("modalities", [("face",), MODALITIES], ids="+".join)
def test_without_labels_it_gives_its_features(modalities):
    model, inputs = built(modalities=modalities, classes=0).eval(), clips()
    with torch.inference_mode():
        features = model.forward_features(**inputs)
        assert features.shape == (6, model.features) and torch.equal(model(**inputs), features)
    assert not [name for name, _ in model.named_parameters() if "heads" in name or "fusion" in name]


def test_of_augmented_copies_the_clip_itself_is_read():
    model, inputs = experienced(), clips()
    copies = {name: torch.stack([inputs[name], inputs[name].flip(0)], 1) for name in VOICE}
    with torch.inference_mode():
        assert torch.equal(model(**inputs | copies), model(**inputs))


def test_branches_can_be_without_landmarks_or_mfcc():
    face, audio = replace(COMBINED.face, use_landmarks=False), replace(COMBINED.audio, use_mfcc=False)
    model, inputs = built(face=face, audio=audio).eval(), clips()
    inputs = {name: value for name, value in inputs.items() if name not in ("landmarks", "mfcc", "voiced")}
    assert model(**inputs).shape == (6, 7) and model(**SPEC.augment(inputs, model.settings)).shape == (6, 7)


def test_a_face_alone_is_explained_by_the_same_answer():
    model = experienced()
    inputs = {name: value[:, :1] if name in FRAMES else value for name, value in clips().items()}
    alone = FaceAlone(model)
    with torch.inference_mode():
        frames = {name: inputs[name][:, 0] for name in ("image", "landmarks", "blendshapes")}
        answer = alone(**frames, face_found=inputs["face_mask"][:, 0])
        torch.testing.assert_close(answer, model(**shown(inputs, "face")), atol=1e-5, rtol=1e-4)
    assert alone.image_branch is model.branches["face"].image_branch and alone.settings is COMBINED.face


def saved(folder, model):
    fit = Fit([Epoch(1, 0.0, None, None, None, 0.0, 0.0)], model.state_dict())
    part = SimpleNamespace(split="train", clips=[], grouping=SimpleNamespace(name="seven", labels=tuple("abcdefg")))
    trained = checkpoint.from_fit(SPEC, model.settings, fit, part, part, {})
    return trained, checkpoint.save(folder, trained)


def test_a_checkpoint_in_half_precision_answers_the_same(tmp_path):
    model = experienced(modalities=MODALITIES, weights_dtype="float16")
    trained, file = saved(tmp_path, model)
    loaded = checkpoint.load(file)
    inputs = {name: value.numpy() for name, value in clips().items()}
    assert loaded.settings == model.settings and np.array_equal(loaded.logits(inputs), trained.logits(inputs))
    with torch.inference_mode():
        whole = model(**clips()).numpy()
    assert loaded.logits(inputs) == pytest.approx(whole, abs=0.03 * float(np.abs(whole).max()))


def test_weights_of_another_network_are_one_sentence(tmp_path):
    _, file = saved(tmp_path, experienced())
    weights = {name.replace("face.", "sequence."): value for name, value in load_file(file).items()}
    save_file(weights, file, metadata={checkpoint.KEY: checkpoint_header(file)})
    with pytest.raises(DemeanorError, match="another combined network than this version has.*train it again"):
        checkpoint.load(file)


def checkpoint_header(file):
    from safetensors import safe_open

    with safe_open(file, "pt") as weights:
        return weights.metadata()[checkpoint.KEY]


# --- Sequences ---------------------------------------------------------------------------------------------------

MASK = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0], [1, 0, 0, 1, 1], [0, 0, 1, 0, 0], [0, 0, 0, 0, 0]]).bool()


@pytest.mark.parametrize(("name", "layers"), [("lstm", 1), ("lstm", 2), ("gru", 1), ("gru", 2)])
def test_the_last_state_is_that_of_the_last_frame_seen(name, layers):
    torch.manual_seed(0)
    model, frames = SEQUENCES[name](3, 4, layers).eval(), torch.randn(5, 5, 3)
    with torch.inference_mode():
        features = model(frames, MASK)
        for row, (clip, mask) in enumerate(zip(frames, MASK, strict=True)):
            if not mask.any():
                assert not features[row].any()
                continue
            steps, _ = model.network(clip[mask][None])  # torch's own, on the frames alone
            expected = torch.cat([steps[0, -1, :4], steps[0, 0, 4:], steps[0].mean(0)])
            torch.testing.assert_close(features[row], expected)


@pytest.mark.parametrize("name", SEQUENCES)
def test_masked_frames_change_nothing_and_gradients_are_finite(name):
    torch.manual_seed(0)
    model, frames = SEQUENCES[name](3, 4, 2).eval(), torch.randn(5, 5, 3)
    with torch.inference_mode():
        features = model(frames, MASK)
        noisy = torch.where(MASK[..., None], frames, torch.tensor(1e4))
        torch.testing.assert_close(model(noisy, MASK), features)
        assert features.shape == (5, model.features) and not features[4].any() and features[:4].any(1).all()
        longer = torch.cat([frames, torch.full((5, 3, 3), 1e4)], 1), torch.cat([MASK, torch.zeros(5, 3).bool()], 1)
        torch.testing.assert_close(model(*longer), features)
    frames.requires_grad_()
    model(frames, MASK).pow(2).sum().backward()
    assert torch.isfinite(frames.grad).all() and not frames.grad[~MASK].any() and frames.grad[MASK].any()


@pytest.mark.parametrize(
    ("name", "matters"), [("lstm", True), ("gru", True), ("transformer", True), ("statistics", False)]
)
def test_whether_the_order_of_the_frames_matters(name, matters):
    torch.manual_seed(0)
    model, frames = SEQUENCES[name](3, 4, 1).eval(), torch.randn(2, 5, 3)
    with torch.inference_mode():
        forth, back = (model(clip, torch.ones(2, 5).bool()) for clip in (frames, frames[:, [1, 0, 3, 2, 4]]))
    assert torch.allclose(forth, back, atol=1e-5) != matters


def test_statistics_are_numpys():
    frames = torch.randn(5, 5, 3, generator=torch.Generator().manual_seed(0))
    features = SEQUENCES["statistics"](3, 0, 0)(frames, MASK).numpy()
    for row in range(4):
        clip = frames[row][MASK[row]].numpy()
        assert features[row] == pytest.approx(np.concatenate([clip.mean(0), np.sqrt(clip.var(0) + 1e-6)]), abs=1e-6)


# --- Fusions -----------------------------------------------------------------------------------------------------


@pytest.fixture
def fused():
    """Features (4, 3, 5), logits (4, 3, 7) and which modalities are present (4, 3)."""
    torch.manual_seed(0)
    present = torch.tensor([[1, 1, 1], [1, 0, 1], [0, 1, 0], [0, 0, 0]]).bool()
    return torch.randn(4, 3, 5), torch.randn(4, 3, 7), present


@pytest.mark.parametrize("weights", [(1.0, 1.0, 1.0), (0.7, 0.3, 0.0)])
def test_late_fusion_is_numpys_weighted_sum_of_log_probabilities(fused, weights):
    features, logits, present = fused
    fusion = FUSIONS["late"](3, 5, 7, replace(COMBINED, fusion="late", shared_error=0.5))
    fusion.weights.copy_(torch.tensor(weights))
    shares = np.exp(logits.numpy()) / np.exp(logits.numpy()).sum(2, keepdims=True)
    expected = (np.log(shares) * np.array(weights)[:, None] * present.numpy()[..., None]).sum(1)
    expected /= np.array([2.0, 1.5, 1.0, 1.0])[:, None]  # of three, of two, of one, of none
    assert fusion(features, logits, present).numpy() == pytest.approx(expected, abs=1e-5)


def test_added_logits_are_the_product_of_the_probabilities(fused):
    features, logits, present = fused
    answer = FUSIONS["added"](3, 5, 7, replace(COMBINED, shared_error=0.0))(features, logits, present).softmax(1)[1]
    product = logits[1, 0].softmax(0) * logits[1, 2].softmax(0)  # of the two that are present
    torch.testing.assert_close(answer, product / product.sum())


@pytest.mark.parametrize("name", FUSIONS)
def test_a_fusion_sees_nothing_of_what_is_missing(fused, name):
    features, logits, present = fused
    fusion = FUSIONS[name](3, 5, 7, replace(COMBINED, fusion=name)).eval()
    answers = [
        fusion(features + change * ~present[..., None], logits + change * ~present[..., None], present)
        for change in (0, 100)
    ]
    torch.testing.assert_close(*answers)
    assert answers[0].shape == (4, 7) and not answers[0][3].any()


def test_fixed_weights_of_late_fusion_are_what_it_weighs_by():
    even, fixed = (experienced(fusion="late", late_weights=weights, doubt=0.0) for weights in ((), (0.7, 0.3)))
    inputs = clips(12)
    present = {"face": inputs["face_mask"].any(1).float(), "audio": inputs["audio_mask"]}
    with torch.inference_mode():
        logs = {name: logits_of(fixed, inputs, name).log_softmax(1) * present[name][:, None] for name in present}
        together = 1 + fixed.settings.shared_error * (present["face"] * present["audio"])[:, None]
        torch.testing.assert_close(fixed(**inputs), (0.7 * logs["face"] + 0.3 * logs["audio"]) / together)
        assert not torch.allclose(fixed(**inputs), even(**inputs))


def logits_of(model, inputs, name):
    """Return one modality's logits: its branch's own and, of the face, the residual ones of its features; weighted."""
    at, branch = list(model.branches).index(name), model.branches[name]
    if name == "face":
        faces = {key: inputs[key].flatten(0, 1) for key in ("image", "landmarks", "blendshapes")}
        mask = inputs["face_mask"][..., None]
        own = branch(**faces, face_found=inputs["face_mask"].flatten()).log_softmax(1).view(*mask.shape[:2], 7)
        own = (own * mask).sum(1) / mask.sum(1).clamp(min=1)
    elif name == "audio":
        own = branch(**{key: inputs[key] for key in ("mfcc", "voiced", "encoder")}).log_softmax(1)
    else:
        own = branch(inputs["token_ids"], inputs["before_ids"], inputs["lexicon"]).log_softmax(1)
    if name in model.residual_heads:
        encoded = model.encode_face(**{key: faces[key] for key in faces}).view(*mask.shape[:2], -1)
        features, _ = model.face(encoded, inputs["face_mask"])
        scaled = model.standardised["face"](features, inputs["face_mask"].any(1))
        own = own + model.settings.correction * model.residual_heads[name](model.dense["face"](scaled))
    return model.modality_weights[at] * own if hasattr(model, "modality_weights") else own


# --- A person beside themselves ------------------------------------------------------------------------------------


def over_time(**changes):
    torch.manual_seed(0)
    face = FaceOverTime(5, replace(COMBINED, face_baseline_trust=0.8, face_baseline_prior_seconds=2.0, **changes), OWN)
    with torch.no_grad():
        face.train()(torch.randn(64, 3, 5) * 2 + 1, torch.ones(64, 3))
    return face.eval()


OWN = slice(2, 5)  # of 5 values the answer of three labels


@given(st.floats(0, 100), st.integers(0, 100))
@a_few
def test_a_face_is_answered_minus_what_it_shows_at_other_times(seconds, seed):
    torch.manual_seed(seed)
    face, frames, usual = over_time(), torch.randn(2, 3, 5), torch.randn(2, 5)
    weights = torch.tensor([[1.0, 1.0, 1.0], [1.0, 0.0, 1.0]])
    features, own = face(frames, weights, usual, torch.tensor([seconds, 0.0]))
    plain_features, plain = face(frames, weights)
    expected = frames[0, :, OWN].mean(0) - 0.8 * seconds / (seconds + 2) * usual[0, OWN]
    torch.testing.assert_close(own[0], expected)
    torch.testing.assert_close(own[1], plain[1])  # of nobody's other frames
    torch.testing.assert_close(features[1], plain_features[1])


def test_a_face_that_always_looks_sad_is_not_sad_and_one_that_changes_is():
    face = over_time()
    face.typical.copy_(torch.tensor([0.2, 0.2, 0.6]).log())  # calm, as most people are mostly
    sad, calm = torch.zeros(2, 5), torch.tensor([0.2, 0.2, 0.6]).log()
    sad[:, OWN] = torch.tensor([0.6, 0.1, 0.3]).log()
    usual = torch.zeros(2, 5)
    usual[0, OWN], usual[1, OWN] = sad[0, OWN], calm
    _, own = face(sad[:, None], torch.ones(2, 1), usual, torch.full((2,), 60.0))
    assert own.argmax(1).tolist() == [2, 0]


def test_frames_that_show_a_face_badly_count_less_and_alone_say_little():
    face, frames = over_time(), torch.randn(1, 2, 5)
    own = {weights: face(frames, torch.tensor([weights]))[1] for weights in ((1.0, 1.0), (1.0, 0.2), (0.2, 0.2))}
    badly = (frames[:, 0, OWN] + 0.2 * frames[:, 1, OWN]) / 1.2
    torch.testing.assert_close(own[1.0, 0.2], badly * (1 + 0.2 * 0.2) / 1.2)
    torch.testing.assert_close(own[0.2, 0.2], 0.2 * own[1.0, 1.0])


def test_a_person_s_other_frames_change_the_answer_of_the_whole_network():
    model, inputs = experienced(modalities=MODALITIES), clips()
    other = {"face_baseline": torch.randn(6, model.lengths["face"]), "face_baseline_seconds": torch.full((6,), 9.0)}
    seen = inputs["face_mask"].any(1)
    with torch.inference_mode():
        same = torch.isclose(model(**inputs), model(**inputs, **other), atol=1e-5).all(1)
    assert torch.equal(same, ~seen)


def test_neutral_words_beside_a_voice_argue_against_an_emotion_only_as_far_as_people_need_none():
    model = experienced(modalities=MODALITIES, plain_words=0.5, doubt=0.0, fusion="late")
    model.know_labels(LABELS)
    words = torch.tensor([[0.01] * 6 + [0.94], [0.9] + [0.01] * 5 + [0.05]]).log()
    beside = model._beside_others(torch.stack([words, words, words], 1))[:, MODALITIES.index("text")]
    assert (beside[0, 6] - beside[0, 0]).exp() == pytest.approx(0.94 / (0.5 * 0.01 + 0.5 * 0.94), rel=1e-4)
    assert beside[1].argmax() == 0 and (beside[1, 0] - beside[1, 6]).exp() > 9
    with torch.inference_mode():  # and alone they are what they are
        text = torch.zeros(2, model.lengths["text"])
        text[:, model.answer_of("text")] = words
        torch.testing.assert_close(model.fuse(text=text).softmax(1), words.softmax(1))


def test_no_modality_alone_rules_out_what_two_others_see():
    """One is quite sure that it is not what both others see."""
    certain, likely = torch.tensor([0.999, 0.001 - 1e-9, 1e-9]).log(), torch.tensor([0.02, 0.08, 0.9]).log()
    model = built(modalities=MODALITIES, classes=3, doubt=0.05, fusion="late").eval()
    with torch.inference_mode():
        answers = model._beside_others(torch.stack([certain, likely, likely])[None]).sum(1)
    assert answers.argmax(1).item() == 2 and torch.stack([certain, likely, likely]).sum(0).argmax() == 0


# --- Standardised ------------------------------------------------------------------------------------------------


def test_values_come_to_mean_0_and_deviation_1_as_seen_in_training():
    torch.manual_seed(0)
    scale = Standardised(2).train()
    for _ in range(300):
        scale(torch.randn(64, 2) * torch.tensor([2.0, 0.1]) + torch.tensor([3.0, -1]), torch.ones(64).bool())
    assert scale.mean.tolist() == pytest.approx([3, -1], abs=0.1)
    assert scale.variance.sqrt().tolist() == pytest.approx([2, 0.1], rel=0.05)
    before = scale.eval().mean.clone()
    values = scale(torch.tensor([[5.0, -1.1]]), torch.ones(1).bool())
    assert values[0].tolist() == pytest.approx([1, -1], abs=0.1) and torch.equal(before, scale.mean)


def test_the_first_batch_is_taken_whole_and_the_next_by_its_share():
    first, second, mask = torch.tensor([[1.0], [3.0]]), torch.tensor([[5.0], [7.0]]), torch.ones(2).bool()
    scale = Standardised(1).train()
    scale(first, mask)
    assert (scale.mean.item(), scale.variance.item()) == (2, 1)
    scale(second, mask)
    assert scale.mean.item() == pytest.approx(0.95 * 2 + 0.05 * 6)


@pytest.mark.parametrize("shape", [(6,), (2, 3)])
def test_masked_rows_teach_nothing_and_come_out_zero(shape):
    mask = torch.tensor([1, 0, 1, 1, 0, 1]).bool().view(shape)
    rows = torch.randn(*shape, 4)
    pair = [Standardised(4).train() for _ in range(2)]
    values = [
        scale(torch.where(mask[..., None], rows, torch.tensor(other)), mask)
        for scale, other in zip(pair, (0.0, 1e6), strict=True)
    ]
    torch.testing.assert_close(*values)
    assert torch.equal(pair[0].mean, pair[1].mean) and not values[0][~mask].any() and values[0][mask].any()
    before = pair[0].mean.clone()
    assert not pair[0](rows, torch.zeros_like(mask)).any() and torch.equal(before, pair[0].mean)


def test_one_row_in_a_batch_and_an_outlier_stay_finite():
    scale = Standardised(3).train()
    assert torch.isfinite(scale(torch.randn(1, 3), torch.ones(1).bool())).all()
    assert scale(torch.full((1, 3), 1e8), torch.ones(1).bool()).abs().max() <= 10


# --- Settings ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("changes", [
    {"modalities": ()}, {"modalities": ("face", "face")}, {"modalities": ("smell",)}, {"window_seconds": 2.0},
    {"late_weights": (0.7, 0.3)}, {"late_weights": (0.7, 0.3), "fusion": "late"}, {"mixup": 0.2},
    {"modality_dropout": 1.5}, {"sequence_units": 0}, {"sequence": "transformer", "sequence_units": 5},
    {"sequence": "transformer", "frames_per_second": 200.0}, {"sequence": "rnn"},
], ids=str)  # fmt: skip
def test_contradictions_are_refused_early(changes):
    with pytest.raises(DemeanorError):
        replace(CombinedSettings(), **changes)


def test_the_window_is_so_many_frames():
    assert CombinedSettings().frames == 20 and replace(CombinedSettings(), frames_per_second=0.01).frames == 1


def test_prediction_needs_no_copies_and_reads_words_where_there_is_a_branch():
    for modalities in SUBSETS:
        adapted = replace(CombinedSettings(), modalities=modalities).for_prediction()
        assert adapted.audio.augmented_copies == 0 and adapted.transcribe == ("text" in modalities)


def test_suggestions_are_settings():
    import optuna

    trial = optuna.create_study().ask()
    assert replace(CombinedSettings(), **suggest(trial)).window_seconds == 4


def test_the_shipped_settings_train_under_a_million_parameters():
    model = CombinedModel(CombinedSettings(modalities=("face", "audio")), 7)
    assert sum(p.numel() for p in model.parameters() if p.requires_grad) < 1_000_000
