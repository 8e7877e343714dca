D("example.xyz", REGISTRAR_NONE, DnsProvider(PROVIDER_CLOUDFLARE),
    DefaultTTL(1),

    A("*", HOST),
    A("@", HOST, CF_PROXY_ON),
    A("www", HOST, CF_PROXY_ON),

    MX('@', 10, 'eforward1.example.net.'),
    MX('@', 10, 'eforward2.example.net.'),
    MX('@', 15, 'eforward4.example.net.'),

    SPF_BUILDER({
        label: "@",
        parts: [
            "v=spf1",
            "include:spf.example.net",
            "~all"
        ]
    })
)

var HOST = "198.51.100.40";
