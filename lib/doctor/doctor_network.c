/* Checks of the provider, and of the way to it. */
#include <errno.h>
#include <string.h>
#include "appraise/machine_view.h"
#include "base/clock.h"
#include "base/text.h"
#include "doctor/doctor_checks.h"
#include "service/service_way.h"

#define PROBE_MS       6000 /* for connection, tunnel and TLS together */
#define DAY_S          86400
#define CERT_SOON_DAYS 7 /* providers renew earlier */
#define NO_ANSWER_YET  "Not looked at: it needs '%s'."

/* The provider that an attestation would use, or that of the options. */
static struct provider_wish wish_of(const struct doctor *doctor)
{
	struct provider_wish wish = settings_provider(&doctor->settings);

	if (doctor->inputs->endpoint)
		wish.endpoint = doctor->inputs->endpoint;
	return wish;
}

/* agent: the proxy in the guest agent's configuration. */
static struct way_sources way_sources_of(const struct doctor *doctor, const char *agent)
{
	const struct doctor_inputs *inputs = doctor->inputs;
	struct way_sources sources = service_way(&doctor->settings, &doctor->service, agent);

	if (inputs->ca_file)
		sources.trust.ca_file = inputs->ca_file[0] ? inputs->ca_file : NULL;
	if (inputs->extra_ca_file)
		sources.trust.extra_ca_file = inputs->extra_ca_file[0] ? inputs->extra_ca_file : NULL;
	if (inputs->proxy) {
		sources.proxy.is_none = text_equal_nocase(inputs->proxy, "none");
		sources.proxy.given = sources.proxy.is_none ? NULL : inputs->proxy;
		sources.proxy.given_source = "--proxy";
		sources.proxy.given_user = sources.proxy.given_password = NULL;
	}
	return sources;
}

/* ---- metadata ---- */

static void add_metadata(const struct imds *imds, json *details)
{
	json_add_known_text(details, "region", imds->location);
	json_add_known_text(details, "cloud", imds->cloud);
	json_add_known_text(details, "vmId", imds->vm_id);
	json_add_known_text(details, "securityType", imds->security_type);
	json_add_known_text(details, "secureBootEnabled", imds->secure_boot);
	json_add_known_text(details, "virtualTpmEnabled", imds->virtual_tpm);
}

/* Judges the platform's configuration of the VM, which takes effect at its next start. */
static void judge_metadata(
	const struct doctor *doctor, int64_t took_ms, struct doctor_finding *finding)
{
	const struct imds *imds = &doctor->imds;

	if (strcmp(imds->virtual_tpm, "false") == 0)
		doctor_warn(finding, ERR_NO_VTPM,
			"The platform has this VM configured without vTPM: so it will be after its next start.");
	else if (strcmp(imds->secure_boot, "false") == 0)
		doctor_warn(finding, ERR_SECURE_BOOT_OFF,
			"The platform has this VM configured without Secure Boot%s.",
			doctor->has_measured && doctor->measured.is_enabled
				? ", though it booted with it: so it will be after its next start"
				: "");
	else
		doctor_ok(finding, "The VM is in %s%s%s%s%s; answered in %lld ms.", imds->location,
			imds->cloud[0] ? " of " : "", imds->cloud,
			imds->security_type[0] ? ", security type " : "", imds->security_type,
			(long long)took_ms);
}

/* Compares the identifier that the firmware measured with the metadata service's. */
static void confirm_vm_id(const struct doctor *doctor, struct doctor_finding *finding)
{
	struct appraisal *appraisal = doctor->appraisal;
	size_t before = appraisal ? appraisal->remark_count : 0;

	if (!appraisal)
		return;
	machine_view_compare_vm_id(doctor->imds.vm_id, appraisal);
	json_add_bool(finding->details, "isVmIdConfirmed", appraisal->is_vm_id_confirmed);
	if (appraisal->remark_count > before)
		doctor_warn(finding, appraisal->remarks[before].code, "%s",
			appraisal->remarks[before].msg);
}

int doctor_metadata(struct doctor *doctor, struct doctor_finding *finding, struct err *err)
{
	const char *address =
		doctor->inputs->metadata ? doctor->inputs->metadata : doctor->service.metadata;
	const struct provider_wish wish = wish_of(doctor);
	int64_t started_ms = clock_monotonic_ms();
	int64_t took_ms;

	doctor->has_imds = imds_ask(address[0] ? address : IMDS_ADDRESS, &doctor->imds, err) == 0;
	took_ms = clock_monotonic_ms() - started_ms;
	json_add_int(finding->details, "tookMs", took_ms);
	if (doctor->has_imds) {
		add_metadata(&doctor->imds, finding->details);
		judge_metadata(doctor, took_ms, finding);
		confirm_vm_id(doctor, finding);
		return 0;
	}
	doctor->no_imds = *err;
	if (!provider_is_given(&wish) && !doctor->settings.fallback_endpoint[0])
		return -1;
	doctor_warn(finding, err->code, "%s", err->msg); /* the provider is known without it */
	return 0;
}

/* ---- provider ---- */

int doctor_provider(struct doctor *doctor, struct doctor_finding *finding, struct err *err)
{
	const struct provider_wish wish = wish_of(doctor);
	struct provider_choice choice;
	char url[HTTP_URL_SIZE];

	if (doctor->is_enabled && !doctor->has_settings && !doctor->inputs->endpoint) {
		doctor_skip(finding, NO_ANSWER_YET, "settings");
		return 0;
	}
	*err = doctor->no_imds;
	if (provider_choose(&wish, doctor->has_imds ? &doctor->imds : NULL, &choice, err) < 0) {
		if (doctor->has_imds || err->code != doctor->no_imds.code)
			return -1;
		doctor_skip(finding, NO_ANSWER_YET, "metadata");
		return 0;
	}
	doctor->way.origin = choice.origin;
	if (!choice.reason[0])
		(void)text_format(choice.reason, sizeof(choice.reason), "given by %s",
			doctor->inputs->endpoint ? "--endpoint" : "the settings");
	http_origin_text(&choice.origin, url);
	json_add_known_text(finding->details, "url", url);
	json_add_known_text(finding->details, "reason", choice.reason);
	doctor_ok(finding, "%s: %s.", url, choice.reason);
	return 0;
}

int doctor_proxy(struct doctor *doctor, struct doctor_finding *finding, struct err *err)
{
	const struct proxy *proxy = &doctor->way.proxy;
	char agent[WAAGENT_PROXY_SIZE], text[HTTP_URL_SIZE];
	struct way_sources sources;

	waagent_read_proxy(doctor->inputs->root_fd, agent);
	sources = way_sources_of(doctor, agent);
	if (way_choose(&sources, &doctor->way.origin, &doctor->way, err) < 0)
		return -1;
	proxy_text(proxy, text);
	json_add_known_text(finding->details, "proxy", proxy->address.host[0] ? text : "");
	json_add_bool(finding->details, "hasUser", proxy->user[0] != '\0');
	if (proxy->address.host[0])
		doctor_ok(finding, "The way leads through the proxy %s%s.", text,
			proxy->user[0] ? ", with a user" : "");
	else if (proxy->source[0])
		doctor_warn(finding, ERR_PROXY,
			"The way is direct: %s names a proxy that cannot be used.", proxy->source);
	else
		doctor_ok(finding, "The way is direct: no proxy is set for this provider.");
	return 0;
}

/* ---- the way, probed once ---- */

/* Describes what the step found, or returns its error as a whole sentence. */
static int describe_step(
	const struct doctor *doctor, enum probe_step step, char ret[ERR_MSG_SIZE], struct err *err)
{
	const struct probe *probe = &doctor->probe;

	if (probe->parts[step].err.code != ERR_OK)
		return probe_explain(probe, 0, err);
	probe_step_text(probe, step, ret, ERR_MSG_SIZE);
	return 0;
}

static void list_servers(const struct probe *probe, json *details)
{
	json *list = json_add_array(details, "dnsServers");

	for (size_t i = 0; i < probe->lookup.server_count; i++) {
		const struct resolve_server *server = &probe->lookup.servers[i];
		char said[176], text[256];

		resolve_server_text(server, said, sizeof(said));
		(void)text_format(text, sizeof(text), "%s: %s", server->address, said);
		json_add_text(list, NULL, text);
	}
}

/* Adds "20.1.2.3: connected in 12 ms"; before any attempt "20.1.2.3 (public)". */
static void list_addresses(const struct probe *probe, bool is_asked, json *details)
{
	json *list = json_add_array(details, "addresses");

	for (size_t i = 0; i < probe->address_count; i++) {
		const struct probe_address *address = &probe->addresses[i];
		char text[160];

		errno = address->error;
		if (!is_asked)
			(void)text_format(text, sizeof(text), "%s (%s)", address->text,
				address->is_private ? "private" : "public");
		else if (address->is_connected)
			(void)text_format(text, sizeof(text), "%s: connected in %u ms",
				address->text, address->took_ms);
		else
			(void)text_format(text, sizeof(text), "%s: %m after %u ms", address->text,
				address->took_ms);
		json_add_text(list, NULL, text);
	}
}

static bool is_usable(const struct dns_answer *said)
{
	return said->outcome == DNS_FOUND || said->outcome == DNS_NO_DATA ||
	       said->outcome == DNS_NO_NAME;
}

/* The first server that gave no usable answer: it makes every attestation slow, and the name depend
 * on the other servers. */
static const struct resolve_server *find_bad_server(const struct resolve *lookup)
{
	for (size_t i = 0; i < lookup->server_count; i++) {
		const struct resolve_server *server = &lookup->servers[i];

		if (server->is_asked && !is_usable(&server->answers[DNS_A]) &&
			!is_usable(&server->answers[DNS_AAAA]))
			return server;
	}
	return NULL;
}

static void warn_of_server(const char *host, const char *addresses,
	const struct resolve_server *server, struct doctor_finding *finding)
{
	enum dns_outcome outcome = server->answers[DNS_A].outcome;
	char said[176];

	resolve_server_text(server, said, sizeof(said));
	doctor_warn(finding,
		outcome == DNS_SILENT || outcome == DNS_UNREACHED ? ERR_DNS_SILENT : ERR_DNS_FAILED,
		"%.100s is %s, but another had to be asked after DNS server %s: %s.", host,
		addresses, server->address, said);
}

int doctor_name(struct doctor *doctor, struct doctor_finding *finding, struct err *err)
{
	const struct way *way = &doctor->way;
	const char *host = way->proxy.address.host[0] ? way->proxy.address.host : way->origin.host;
	const struct probe_inputs inputs = {.way = way,
		.now_s = doctor->inputs->now_s,
		.name_timeout_ms = HTTP_NAME_MS, /* the same as for an attestation */
		.timeout_ms = PROBE_MS};
	const struct resolve_server *bad;
	char text[ERR_MSG_SIZE];
	bool is_literal;

	probe_run(&inputs, &doctor->probe);
	is_literal = host[0] == '[' || (doctor->probe.address_count == 1 &&
					       strcmp(doctor->probe.addresses[0].text, host) == 0);
	list_servers(&doctor->probe, finding->details);
	list_addresses(&doctor->probe, false, finding->details);
	json_add_int(finding->details, "tookMs", doctor->probe.parts[PROBE_RESOLVE].took_ms);
	if (describe_step(doctor, PROBE_RESOLVE, text, err) < 0)
		return -1;
	bad = find_bad_server(&doctor->probe.lookup);
	if (bad)
		warn_of_server(host, text, bad, finding);
	else if (is_literal)
		doctor_ok(finding, "%s is no name that has to be resolved.", text);
	else
		doctor_ok(finding, "%.100s is %s; found in %u ms.", host, text,
			doctor->probe.parts[PROBE_RESOLVE].took_ms);
	return 0;
}

/* The first address that drops or refuses connections while another accepts them: it makes some
 * attestations slow or fail. A VM without IPv6 is no fault. */
static const struct probe_address *find_bad_address(const struct probe *probe)
{
	for (size_t i = 0; i < probe->address_count; i++)
		if (!probe->addresses[i].is_connected &&
			(probe->addresses[i].error == ETIMEDOUT ||
				probe->addresses[i].error == ECONNREFUSED))
			return &probe->addresses[i];
	return NULL;
}

int doctor_connection(struct doctor *doctor, struct doctor_finding *finding, struct err *err)
{
	const struct probe_address *bad = find_bad_address(&doctor->probe);
	char text[ERR_MSG_SIZE];

	list_addresses(&doctor->probe, true, finding->details);
	json_add_int(finding->details, "tookMs", doctor->probe.parts[PROBE_CONNECT].took_ms);
	if (describe_step(doctor, PROBE_CONNECT, text, err) < 0)
		return -1;
	if (bad && bad->error == ETIMEDOUT)
		doctor_warn(finding, ERR_CONNECT_TIMEOUT, "%s, but its address %s does not answer.",
			text, bad->text);
	else if (bad)
		doctor_warn(finding, ERR_CONNECT_REFUSED, "%s, but its address %s refuses.", text,
			bad->text);
	else
		doctor_ok(finding, "TCP to %s.", text);
	return 0;
}

static void add_peer(const struct tls_look_peer *peer, json *details)
{
	char until[CLOCK_TEXT_SIZE];

	json_add_known_text(details, "version", peer->version);
	if (!peer->has_certificate)
		return;
	clock_text(peer->not_after_s, until);
	json_add_known_text(details, "subject", peer->subject);
	json_add_known_text(details, "names", peer->names);
	json_add_known_text(details, "issuer", peer->issuer);
	json_add_known_text(details, "topIssuer", peer->top_issuer);
	json_add_known_text(details, "notAfter", until);
}

/* Tunnel and handshake count as one link: TLS between this VM and the provider. */
int doctor_tls(struct doctor *doctor, struct doctor_finding *finding, struct err *err)
{
	const struct tls_look_peer *peer = &doctor->probe.peer;
	int64_t days = (peer->not_after_s - doctor->inputs->now_s) / DAY_S;
	char text[ERR_MSG_SIZE];
	const char *bundle;

	add_peer(peer, finding->details);
	json_add_int(finding->details, "tookMs",
		doctor->probe.parts[PROBE_TUNNEL].took_ms + doctor->probe.parts[PROBE_TLS].took_ms);
	if (trust_store_find(&doctor->way.trust, &bundle, err) < 0)
		return -1;
	json_add_known_text(finding->details, "authorities", bundle ? bundle : "of two files");
	if (describe_step(doctor, PROBE_TUNNEL, text, err) < 0 ||
		describe_step(doctor, PROBE_TLS, text, err) < 0)
		return -1;
	json_add_int(finding->details, "daysLeft", days);
	if (days < CERT_SOON_DAYS)
		doctor_warn(finding, ERR_CERT_EXPIRED,
			"The certificate of %s is valid for %lld more days only.", peer->subject,
			(long long)days);
	else if (doctor->probe.left_out_count)
		doctor_warn(finding, ERR_CA_FILE,
			"%s (%zu like that.) The provider's certificate is trusted all the same.",
			doctor->probe.left_out, doctor->probe.left_out_count);
	else
		doctor_ok(finding, "%s; trusted by %s, valid for %lld more days.", text,
			bundle ? bundle : "two files of authorities", (long long)days);
	return 0;
}
