"""Protocol objects to JSON and back."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatline import protocol
from heatline.wire import WireError, decode, encode

PARAMS: dict[str, Any] = {
    "model": {"kind": "factory", "spec": "a.py:make"},
    "sample": {"kind": "text", "text": "good"},
}


def test_decode_fills_defaults_and_passes_unknown_fields_over() -> None:
    params = decode(protocol.ExplainParams, {**PARAMS, "of_a_later_version": 1})
    assert params.method == "integrated"
    assert params.model == protocol.FactoryModel("factory", "a.py:make")
    assert params.sample == protocol.TextSample("text", "good")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"model": None}, "params.model is null; expected"),
        ({"model": {"kind": "magic"}}, "params.model.kind is 'magic'; expected one of 'factory', 'named', 'live'"),
        ({"model": {"kind": "factory"}}, "params.model.spec is missing"),
        ({"model": {"kind": "factory", "spec": 3}}, "params.model.spec is 3; expected a string"),
        ({"method": "magic"}, "params.method is 'magic'; expected one of 'gradient', 'input-x-gradient', "),
        ({"steps": 1.5}, "params.steps is 1.5; expected an integer or null"),
        ({"steps": True}, "params.steps is True; expected an integer or null"),
        ({"target": {}}, "params.target is an object of 0; expected an integer or a string or a list or null"),
        ({"target": [1, None]}, "params.target is a list of 2; expected"),
    ],
)
def test_decode_names_the_field_and_the_value(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(WireError) as caught:
        decode(protocol.ExplainParams, {**PARAMS, **change})
    assert complaint in str(caught.value)


@pytest.mark.parametrize("value", [None, 3, "text", [], True])
def test_decode_refuses_what_is_no_object(value: object) -> None:
    with pytest.raises(WireError, match="expected an object"):
        decode(protocol.ExplainParams, value)


def test_encode_refuses_numbers_that_json_has_not() -> None:
    with pytest.raises(WireError, match="nan cannot be sent"):
        encode(protocol.Completeness(float("nan"), 0.0, 0.0))


def _instances(shape: type) -> st.SearchStrategy[Any]:
    return st.from_type(shape)


@pytest.mark.fuzz
@given(
    st.one_of(
        _instances(protocol.ExplainParams),
        _instances(protocol.Prediction),
        _instances(protocol.Located),
        _instances(protocol.InlineParams),
    )
)
def test_every_object_survives_the_wire(value: Any) -> None:
    try:
        sent = json.dumps(encode(value), allow_nan=False)
    except WireError:
        return  # NaN and infinity: refused on this side, see above
    assert decode(type(value), json.loads(sent)) == value


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=20,
)


@pytest.mark.fuzz
@given(
    st.sampled_from(sorted(protocol.REQUESTS)),
    st.dictionaries(
        st.sampled_from(["model", "sample", "method", "kind", "source", "offset", "spans", "job", "steps"]), _json
    ),
)
def test_any_json_is_either_read_or_refused(method: str, params: dict[str, object]) -> None:
    shape = protocol.REQUESTS[method][0]
    try:
        assert dataclasses.is_dataclass(decode(shape, params))
    except WireError as error:
        assert str(error).startswith("params")  # noqa: PT017  (either outcome is right)
