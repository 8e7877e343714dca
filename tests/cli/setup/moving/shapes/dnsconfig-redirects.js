// @ts-check
/// <reference path="types-dnscontrol.d.ts" />

var REG_NONE = NewRegistrar("none");
var DSP_CLOUDFLARE = NewDnsProvider("cloudflare", undefined, {
	manage_redirects: true,
	manage_single_redirects: true,
});

DEFAULTS(
    CF_PROXY_DEFAULT_OFF, // turn proxy off when not specified otherwise
);

D(
	"example.com",
	REG_NONE,
	DnsProvider(DSP_CLOUDFLARE),

	CNAME("www", "@"),
	ALIAS("@", "apex-loadbalancer.example.net."), // CNAME flattening
	MX("@", 10, "mx01.mail.example.net."),
	MX("@", 10, "mx02.mail.example.net."),
	IGNORE("srv", "A"), // real IP address of server managed in dashboard
	CNAME("notes", "publish-main.example.md.", CF_PROXY_ON),
	A("jellyfin", "198.51.100.41", TTL(300)),
	A("in", "198.51.100.1", {"cloudflare_proxy": "on"}),
	CF_REDIRECT("in.example.com", "https://www.example.org"),
	CAA("@", "issue", "letsencrypt.org"),
	TXT("@", "protonmail-verification=0123", TTL("1h")),
);
