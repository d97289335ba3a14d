"""With which other profiles a change has to be proved."""

from airflowkit.adopt.profiles import other_profiles


def test_the_profiles_are_those_of_the_settings_in_force(tmp_path, monkeypatch):
    named = tmp_path / "elsewhere" / "team.toml"
    named.parent.mkdir()
    named.write_text("[profile.dev]\n[profile.prod]\n")
    (tmp_path / "airflowkit.toml").write_text("[profile.other]\n")
    assert other_profiles(tmp_path) == ["other"]
    monkeypatch.setenv("AIRFLOWKIT_CONFIG", str(named))
    monkeypatch.setenv("AIRFLOWKIT_PROFILE", "dev")
    assert other_profiles(tmp_path) == ["prod"]
