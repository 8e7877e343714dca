D("example.cf", REG_NONE, DnsProvider(DNS_CLOUDFLARE_SOMEBODY),
    CLOUDFLARE_DISCARD_RECORDS,
    AAAA("pgp", "2001:db8::100", CF_PROXY_ON),
	// DKIM
    TXT("*._domainkey", "v=DKIM1; p="),
    // DMARC
	TXT("_dmarc", "v=DMARC1; p=reject; sp=reject; adkim=s; aspf=s;"),
	// SPF
    TXT("@", "v=spf1 -all"),
END);
