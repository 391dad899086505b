"""What is said of customers' chains."""

SENTENCES = {
    "chain_of_another_customer": (
        "ご指定の識別子は別のお客様のものです。このお客様のものを指定してください。",
        "What was named belongs to another customer: name what is this customer's.",
    ),
}
