"""What is said of customers' chains, and of what no chain takes."""

SENTENCES = {
    "chain_of_another_customer": (
        "ご指定の識別子は別のお客様のものです。このお客様のものを指定してください。",
        "What was named belongs to another customer: name what is this customer's.",
    ),
    "time_outside_calendar": (
        "{at:time} は、記録できる年（{first} 年から {last} 年）の外です。",
        "{at:time} lies outside the years that can be told: {first} to {last}.",
    ),
}
