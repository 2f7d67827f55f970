/* Proxy and alerts: members that are secret in part. */
#include "agent/settings_read.h"

#include <string.h>
#include "base/text.h"

#define PROXY   "\"http://host:port\" or \"none\""
#define WEBHOOK "a text like \"https://host/path\""

static int read_text(const struct settings_tree *tree, enum setting setting,
	const struct settings_text *to, struct settings_member *ret_member, struct err *err)
{
	*ret_member = settings_tree_find(tree, setting);
	return settings_read_text(ret_member, to, err);
}

/* A secret must be a protected setting: everybody who may view the VM in the portal can read the
 * public ones. */
static int read_secret(const struct settings_tree *tree, enum setting setting,
	char ret[SETTINGS_SECRET_SIZE], struct err *err)
{
	struct settings_member member = settings_tree_find(tree, setting);

	if (member.value && !member.is_protected)
		return err_set(err, ERR_SETTINGS_INVALID, 0,
			"%s stands in the public settings, where others can read it: replace it, and give it as a protected setting.",
			member.path);
	return settings_read_text(
		&member, &(struct settings_text){ret, SETTINGS_SECRET_SIZE, "a text"}, err);
}

/* ---- proxy ---- */

/* Makes "http://host:port" from this form or from "host:port". The port is required, because
 * programs have different defaults for proxies. */
static int parse_proxy(const char *text, char ret[HTTP_URL_SIZE])
{
	static const char scheme[] = "http://";
	char start[sizeof(scheme)] = "";
	const char *authority = text, *port, *after;
	char url[HTTP_URL_SIZE], path[HTTP_URL_SIZE];
	struct http_origin origin;
	struct err ignored;

	(void)text_format(start, sizeof(start), "%.7s", text);
	if (text_equal_nocase(start, scheme))
		authority = text + strlen(scheme);
	port = strrchr(authority, ':');
	after = port ? port + 1 + strspn(port + 1, "0123456789") : "";
	if (!port || after == port + 1 || (strcmp(after, "") != 0 && strcmp(after, "/") != 0))
		return -1;
	if (!text_format(url, sizeof(url), "https://%s", authority) ||
		http_parse_url(url, &origin, path, &ignored) < 0 ||
		(path[0] && strcmp(path, "/") != 0)) /* "host/path:80" has no port */
		return -1;
	return text_format(ret, HTTP_URL_SIZE, "%s%s:%u", scheme, origin.host, origin.port) ? 0 : -1;
}

static int read_proxy_url(
	const struct settings_tree *tree, struct settings_proxy *ret, struct err *err)
{
	struct settings_member member;
	char text[HTTP_URL_SIZE] = "";

	if (read_text(tree, SETTING_PROXY, &(struct settings_text){text, sizeof(text), PROXY},
		    &member, err) < 0)
		return -1;
	if (strchr(text, '@'))
		return err_set(err, ERR_SETTINGS_INVALID, 0,
			"%s holds a user name or password: give them as the protected settings proxyUser and proxyPassword.",
			member.path);
	ret->is_none = text_equal_nocase(text, "none");
	if (text[0] && !ret->is_none && parse_proxy(text, ret->url) < 0)
		return settings_refuse(&member, ERR_SETTINGS_INVALID, PROXY, err);
	return 0;
}

/* RFC 7617 section 2: no colon in the user, no control characters in either. */
static bool is_credential(const char *text, const char *excluded)
{
	for (const char *at = text; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f || strchr(excluded, *at))
			return false;
	return true;
}

static int read_credentials(
	const struct settings_tree *tree, struct settings_proxy *ret, struct err *err)
{
	if (read_secret(tree, SETTING_PROXY_USER, ret->user, err) < 0 ||
		read_secret(tree, SETTING_PROXY_PASSWORD, ret->password, err) < 0)
		return -1;
	if (ret->user[0] && !ret->url[0])
		return err_set(err, ERR_SETTINGS_INVALID, 0,
			"proxyUser is given without a proxy to show it to: it takes proxy too.");
	if (ret->password[0] && !ret->user[0])
		return err_set(
			err, ERR_SETTINGS_INVALID, 0, "proxyPassword is given without proxyUser.");
	if (!is_credential(ret->user, ":") || !is_credential(ret->password, ""))
		return err_set(err, ERR_SETTINGS_INVALID, 0,
			"proxyUser or proxyPassword holds a character that cannot be sent to a proxy.");
	return 0;
}

static int read_no_proxy(
	const struct settings_tree *tree, char ret[PROXY_BYPASS_SIZE], struct err *err)
{
	static const char takes[] = "hosts separated by commas, like \"host,.domain,10.0.0.0/8\"";
	static const char possible[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.,:/*[] ";
	struct settings_member member;

	if (read_text(tree, SETTING_NO_PROXY,
		    &(struct settings_text){ret, PROXY_BYPASS_SIZE, takes}, &member, err) < 0)
		return -1;
	return ret[strspn(ret, possible)]
		       ? settings_refuse(&member, ERR_SETTINGS_INVALID, takes, err)
		       : 0;
}

int settings_read_proxy(const struct settings_tree *tree, struct settings_proxy *ret, struct err *err)
{
	if (read_proxy_url(tree, ret, err) < 0 || read_credentials(tree, ret, err) < 0)
		return -1;
	return read_no_proxy(tree, ret->no_proxy, err);
}

/* ---- alerts ---- */

int settings_read_alerts(const struct settings_tree *tree, struct settings *ret, struct err *err)
{
	struct settings_text to = {ret->alert_webhook, sizeof(ret->alert_webhook), WEBHOOK};
	struct settings_member member = settings_tree_find(tree, SETTING_ALERT_WEBHOOK);
	struct http_origin origin;

	member.is_shown = false; /* such an address often contains the right to use it */
	if (settings_read_text(&member, &to, err) < 0 ||
		read_secret(tree, SETTING_ALERT_SECRET, ret->alert_secret, err) < 0)
		return -1;
	if (ret->alert_webhook[0] && http_parse_url(ret->alert_webhook, &origin, NULL, err) < 0)
		return settings_refuse(&member, ERR_SETTINGS_INVALID, WEBHOOK, err);
	if (ret->alert_secret[0] && !ret->alert_webhook[0])
		settings_warn(ret, "alertSecret is not used: there is no alertWebhook.");
	return 0;
}
