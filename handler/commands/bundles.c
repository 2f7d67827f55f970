#include "bundles.h"

#include <errno.h>
#include <stdlib.h>
#include "base/text.h"
#include "maa/keys.h"
#include "commands.h"

#define MAX_TIME_S 253402300799 /* the end of the year 9999 */

int read_anchor(const char *path, struct buf *pem, struct anchors *ret, struct err *err)
{
	if (read_pem(path, pem, err) < 0)
		return -1;
	return anchors_add(ret, buf_bytes(pem), err) < 0 ? err_wrap(err, "%s", path) : 0;
}

int read_anchors(const struct option_texts *paths, struct anchors *ret, struct err *err)
{
	for (size_t i = 0; paths->items[i]; i++) {
		auto_cleanup(buf) struct buf pem = buf_with_max(ANCHORS_MAX_BYTES);

		if (read_anchor(paths->items[i], &pem, ret, err) < 0)
			return -1;
	}
	if (paths->count && !anchors_have_root(ret))
		return err_set(err, ERR_CA_FILE, 0,
			"No --ca file holds a self-signed certificate to trust.");
	return 0;
}

int read_bundle(const char *path, struct bundle *ret, struct err *err)
{
	auto_cleanup(buf) struct buf bytes = buf_with_max(BUNDLE_MAX_BYTES);

	if (read_input(path, &bytes, err) < 0)
		return -1;
	return bundle_parse(buf_bytes(&bytes), ret, err) < 0
		       ? err_wrap(err, "'%s' holds no evidence", path)
		       : 0;
}

int read_keys(const char *path, struct buf *ret, struct err *err)
{
	*ret = buf_with_max(KEYS_MAX_BYTES);
	if (!path)
		return 0;
	if (read_input(path, ret, err) < 0)
		return -1;
	return ret->len ? 0 : err_set(err, ERR_KEYS_INVALID, 0, "'%s' is empty.", path);
}

int read_now(const char *text, int64_t *ret, struct err *err)
{
	int64_t now_s;
	char *end;

	if (!text)
		return 0;
	errno = 0;
	now_s = strtoll(text, &end, 10);
	if (errno || *text < '0' || *text > '9' || *end || now_s > MAX_TIME_S)
		return err_set(
			err, ERR_USAGE, 0, "'%s' is no time: --now takes seconds since 1970", text);
	*ret = now_s;
	return 0;
}

int check_evidence(const struct bundle *bundle, const struct bundlecheck_inputs *inputs,
	struct bundlecheck *ret, struct err *err)
{
	bundlecheck_run(bundle, inputs, ret);
	return findings_hold(&ret->findings, ERR_NO_MEMORY)
		       ? err_set(err, ERR_NO_MEMORY, 0, "No memory to check all of the evidence.")
		       : 0;
}

void answer_text(const struct bundlecheck *check, char ret[ANSWER_SIZE])
{
	const char *word = bundlecheck_word(check);

	if (check->origin == BUNDLECHECK_REFUSED)
		(void)text_format(ret, ANSWER_SIZE, "%s", word);
	else if (check->boot.health == HEALTH_UNKNOWN)
		(void)text_format(ret, ANSWER_SIZE, "%s%s; whether the boot is good is not said",
			word, check->origin == BUNDLECHECK_UNANCHORED ? ": no --ca was given" : "");
	else
		(void)text_format(ret, ANSWER_SIZE, "%s; the evidence is %s", word,
			bundlecheck_origin_name(check->origin));
}

int answer_exit_code(const struct bundlecheck *check)
{
	if (check->origin == BUNDLECHECK_REFUSED || check->boot.health == HEALTH_UNHEALTHY)
		return EXIT_BAD;
	return check->origin == BUNDLECHECK_GENUINE ? EXIT_GOOD : EXIT_RESERVED;
}
