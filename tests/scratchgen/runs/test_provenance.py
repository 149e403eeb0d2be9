"""The provenance of a run: what its numbers depend on."""

from scratchgen.runs import provenance


def test_the_versions_name_the_variant_of_the_compiled_kernels(monkeypatch):
    monkeypatch.setattr(provenance, "variant", lambda: "x86_64_v3")
    assert provenance.collect_provenance()["versions"]["compiled kernels"] == "x86_64_v3"


def test_without_compiled_kernels_no_variant_is_named(monkeypatch):
    monkeypatch.setattr(provenance, "variant", lambda: None)
    assert "compiled kernels" not in provenance.collect_provenance()["versions"]
