"""Reviews to ask about: right-click a string, "Explain Prediction...", and choose `review_model`.

None of them was trained on.
"""

MIXED = "The acting was brilliant, but the plot is boring and far too long."
NEGATED = "The hotel was not bad at all."
PRAISE = "A charming, witty film, and not boring for a second."
COMPLAINT = "The waiter was friendly, but the soup was cold and tasteless."
HOPELESS = "Brilliant acting cannot save this boring story."

LONG = """We came on a rainy Friday with two friends.
The owner was kind and the wine was excellent,
but the steak was burnt, the room was noisy,
and nobody apologised. We will not come back."""


def visit(place: str) -> str:
    """The constant parts of an f-string are explained."""
    return f"We loved {place}, the staff were friendly and the breakfast was delicious."
