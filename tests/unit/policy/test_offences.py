"""Which offences are sensitive and complex by their own words."""

import pytest

from rj.policy.offences import is_sensitive


@pytest.mark.parametrize(
    ("risk_class", "category", "description"),
    [
        ("sexual_against_child", "Other", "Anything at all"),
        ("other_offences", "Harassment", "Stalking involving fear of violence"),
        ("public_order_and_harrassment", "Harassment", "Controlling or Coercive behaviour"),
        ("violence_against_the_person_abh_plus", "Assault", "Intentional Strangulation"),
        ("fraud_and_forgery", "Immigration Acts", "Trafficking people for exploitation"),
        ("violence_against_the_person_abh_plus", "Cruelty to or neglect of children", "Neglect"),
        ("public_order_and_harrassment", "Orders", "Breach of domestic abuse protection order"),
    ],
)
def test_such_a_case_goes_to_the_rj_lead_r12(risk_class, category, description):
    assert is_sensitive(risk_class, category, description)


@pytest.mark.parametrize(
    ("risk_class", "category", "description"),
    [
        ("violence_against_the_person_abh_plus", "Wounding and injury", "Assault"),
        ("burglary_domestic", "Burglary", "Burglary in a dwelling"),
        ("other_offences", "Cruelty to animals", "Causing unnecessary suffering"),
    ],
)
def test_an_everyday_offence_does_not(risk_class, category, description):
    assert not is_sensitive(risk_class, category, description)
