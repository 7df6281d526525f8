"""SpecAugment on a training batch of voices."""

from dataclasses import replace

import pytest
import torch

from source.audio import SPEC
from tests.support.toy import AUDIO, audio_arrays


def voices(count=16, settings=AUDIO):
    return {name: torch.from_numpy(array) for name, array in audio_arrays(count, settings=settings).items()}


def test_spans_of_time_are_masked_and_shapes_stay():
    torch.manual_seed(0)
    before, after = voices(64), SPEC.augment(voices(64), AUDIO)
    assert {name: value.shape for name, value in after.items()} == {name: v.shape for name, v in before.items()}
    assert after["voiced"].dtype == torch.bool and not (after["voiced"] & ~before["voiced"]).any()
    hidden = before["voiced"].sum(1) - after["voiced"].sum(1)
    assert (hidden >= 0).all() and hidden.sum() > 64 and after["voiced"].any(1).all()
    assert not after["mfcc"][~after["voiced"]].any()
    assert torch.equal(after["encoder"], before["encoder"])


@pytest.mark.parametrize("masks", [2, 8])
def test_a_clip_is_never_masked_whole(masks):
    torch.manual_seed(0)
    inputs = voices(200)
    inputs["voiced"][:] = False
    inputs["voiced"][:, 30] = True  # one frame
    settings = replace(AUDIO, time_masks=masks, time_mask_share=1.0)
    assert (SPEC.augment(inputs, settings)["voiced"].sum(1) == 1).all()


def test_masked_coefficients_take_their_clips_mean_and_so_do_their_differences():
    torch.manual_seed(0)
    settings = replace(AUDIO, time_masks=0, coefficient_masks=1, coefficient_mask_share=0.6)
    before, after = voices(40), SPEC.augment(voices(40), settings)
    assert torch.equal(before["voiced"], after["voiced"])
    old, new, voiced = before["mfcc"].float(), after["mfcc"], before["voiced"][..., None]
    mean = (old * voiced).sum(1, keepdim=True) / voiced.sum(1, keepdim=True)
    masked = ((old != new) & voiced).any(1)
    coefficients, *differences = masked.view(40, 3, AUDIO.coefficients).unbind(1)
    assert all(torch.equal(part, coefficients) for part in differences)
    changed = masked[:, None] & voiced
    torch.testing.assert_close(new[changed], mean.expand_as(new)[changed], atol=1e-4, rtol=1e-4)
    assert coefficients.any(1).sum() > 20 and coefficients.sum(1).max() <= 0.6 * AUDIO.coefficients + 1


def test_without_masks_nothing_changes():
    before = voices()
    after = SPEC.augment(voices(), replace(AUDIO, time_masks=0, coefficient_masks=0))
    assert all(torch.equal(after[name].float(), before[name].float()) for name in before)


def test_masks_are_drawn_for_each_clip():
    torch.manual_seed(0)
    same = {name: value[:1].expand(32, *value.shape[1:]) for name, value in voices().items()}
    after = SPEC.augment(same, replace(AUDIO, time_mask_share=0.5))
    assert len(torch.unique(after["mfcc"].flatten(1), dim=0)) > 24
    assert torch.equal(same["mfcc"], voices()["mfcc"][:1].expand(32, -1, -1))  # the batch itself is untouched


def test_there_is_no_test_time_augmentation():
    (view,) = SPEC.test_time_augment(voices(), AUDIO)
    assert all(torch.equal(view[name], value) for name, value in voices().items())
