/* Hosts against alternative names, and names against constraints, in certificates' extensions made
 * here. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include "edge/certext.h"
#include "edge/certname.h"

#define MAX 4096

/* ---- DER ---- */

static void put(struct buf *ret, uint8_t tag, struct bytes content)
{
	uint8_t header[4] = {tag, 0x82, (uint8_t)(content.len >> 8), (uint8_t)content.len};
	struct err err;

	check_ok(buf_append(ret, header, sizeof(header), &err), &err);
	check_ok(buf_append(ret, content.data, content.len, &err), &err);
}

/* id-ce's extension of this number around one value. */
static void put_extension(struct buf *ret, uint8_t id, bool is_critical, struct bytes value)
{
	const uint8_t oid[] = {0x55, 0x1d, id}, yes[] = {0xff};
	auto_cleanup(buf) struct buf inside = buf_with_max(MAX);

	put(&inside, 0x06, (struct bytes){oid, sizeof(oid)});
	if (is_critical)
		put(&inside, 0x01, (struct bytes){yes, sizeof(yes)});
	put(&inside, 0x04, value);
	put(ret, 0x30, buf_bytes(&inside));
}

/* A GeneralName of a word: "ip:" and hex, "mail:", "uri:", "dir:" (a common name), else a
 * host's. */
static void put_name(struct buf *ret, const char *word)
{
	auto_cleanup(buf) struct buf name = buf_with_max(MAX);
	const uint8_t common_name[] = {0x55, 0x04, 0x03};
	uint8_t address[32];
	size_t len = strlen(word);
	struct err err;

	if (strncmp(word, "ip:", 3) == 0) {
		for (size_t i = 3; i + 1 < len; i += 2)
			address[(i - 3) / 2] =
				(uint8_t)strtoul((char[]){word[i], word[i + 1], 0}, NULL, 16);
		put(ret, 0x87, (struct bytes){address, (len - 3) / 2});
	} else if (strncmp(word, "mail:", 5) == 0) {
		put(ret, 0x81, TEXT(word + 5));
	} else if (strncmp(word, "uri:", 4) == 0) {
		put(ret, 0x86, TEXT(word + 4));
	} else if (strncmp(word, "dir:", 4) == 0) {
		auto_cleanup(buf) struct buf pair = buf_with_max(MAX), set = buf_with_max(MAX),
					     rdn = buf_with_max(MAX);

		put(&pair, 0x06, (struct bytes){common_name, sizeof(common_name)});
		put(&pair, 0x0c, TEXT(word + 4));
		put(&set, 0x30, buf_bytes(&pair));
		put(&rdn, 0x31, buf_bytes(&set));
		put(&name, 0x30, buf_bytes(&rdn));
		put(ret, 0xa4, buf_bytes(&name));
	} else {
		check_ok(buf_append(&name, word, len, &err), &err);
		put(ret, 0x82, buf_bytes(&name));
	}
}

/* Each word of a list that blanks separate: as it is, or as a GeneralSubtree. */
static void put_names(struct buf *ret, const char *words, bool is_subtree)
{
	char copy[256], *rest = copy, *word;

	(void)snprintf(copy, sizeof(copy), "%s", words);
	while ((word = strtok_r(rest, " ", &rest))) {
		auto_cleanup(buf) struct buf one = buf_with_max(MAX);

		put_name(&one, word);
		if (is_subtree) {
			put(ret, 0x30, buf_bytes(&one));
		} else {
			struct err err;

			check_ok(buf_append(ret, one.data, one.len, &err), &err);
		}
	}
}

static void make_names(struct buf *ret, const char *words)
{
	auto_cleanup(buf) struct buf names = buf_with_max(MAX), value = buf_with_max(MAX),
				     list = buf_with_max(MAX);

	put_names(&names, words, false);
	put(&value, 0x30, buf_bytes(&names));
	put_extension(&list, CERTEXT_ALTERNATIVE_NAMES, false, buf_bytes(&value));
	put(ret, 0x30, buf_bytes(&list));
}

static void make_constraints(struct buf *ret, const char *permitted, const char *excluded)
{
	auto_cleanup(buf) struct buf trees = buf_with_max(MAX), inside = buf_with_max(MAX),
				     value = buf_with_max(MAX), list = buf_with_max(MAX);

	if (permitted) {
		put_names(&trees, permitted, true);
		put(&inside, 0xa0, buf_bytes(&trees));
		trees.len = 0;
	}
	if (excluded) {
		put_names(&trees, excluded, true);
		put(&inside, 0xa1, buf_bytes(&trees));
	}
	put(&value, 0x30, buf_bytes(&inside));
	put_extension(&list, CERTEXT_NAME_CONSTRAINTS, true, buf_bytes(&value));
	put(ret, 0x30, buf_bytes(&list));
}

/* ---- tests ---- */

static void a_certificate_is_for_its_alternative_names(void **state)
{
	static const struct {
		const char *names, *host;
		bool is_for;
	} rows[] = {
		{"a.example", "a.example", true},
		{"A.Example", "a.eXample", true},
		{"a.example", "a.example.", true},
		{"b.example a.example", "a.example", true},
		{"a.example", "b.a.example", false},
		{"a.example", "xa.example", false},
		{"a.example.", "a.example", false},
		{"*.b.example", "a.b.example", true},
		{"*.b.example", "b.example", false},
		{"*.b.example", "c.a.b.example", false},
		{"*.b.example", ".b.example", false},
		{"*.example", "a.example", false},
		{"*.", "a.", false},
		{"*", "example", false},
		{"a*.b.example", "ab.b.example", false},
		{"*a.b.example", "ba.b.example", false},
		{"a.*.example", "a.b.example", false},
		{"*.*.example", "a.b.example", false},
		{"uri:a.example", "a.example", false},
		{"mail:a.example", "a.example", false},
		{"ip:0a000001", "10.0.0.1", true},
		{"ip:0a000001", "10.0.0.2", false},
		{"10.0.0.1", "10.0.0.1", false},
		{"*.0.0.1", "10.0.0.1", false},
		{"ip:00000000000000000000000000000001", "[::1]", true},
		{"ip:00000000000000000000000000000001", "[::2]", false},
		{"ip:00000000000000000000ffff0a000001", "10.0.0.1", false},
		{"ip:0a000001", "[::ffff:10.0.0.1]", false},
		{"::1", "[::1]", false},
		{"ip:0a0000", "10.0.0.1", false},
		{"", "a.example", false},
		{"a.example", "", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf extensions = buf_with_max(MAX);
		struct certname_cert cert = {0};
		struct certname_host host;

		make_names(&extensions, rows[i].names);
		cert.extensions = buf_bytes(&extensions);
		certname_host_of(rows[i].host, &host);
		if (certname_is_for(&cert, &host) != rows[i].is_for)
			fail_msg("row %zu: '%s' for '%s'", i, rows[i].names, rows[i].host);
	}
}

static void constraints_hold_for_every_name(void **state)
{
	static const struct {
		const char *permitted, *excluded, *names, *host;
		enum err_code code;
	} rows[] = {
		{"example", NULL, "a.example", "a.example", ERR_OK},
		{"a.example", NULL, "a.example", NULL, ERR_OK},
		{".example", NULL, "a.example", NULL, ERR_OK},
		{".a.example", NULL, "a.example", NULL, ERR_CERT_CONSTRAINED},
		{"xample", NULL, "a.example", NULL, ERR_CERT_CONSTRAINED},
		{"b.example a.example", NULL, "a.example", NULL, ERR_OK},
		{"b.example", NULL, "a.example", NULL, ERR_CERT_CONSTRAINED},
		{"example", NULL, "a.example b.test", NULL, ERR_CERT_CONSTRAINED},
		{"example", "b.example", "a.example", NULL, ERR_OK},
		{"example", "a.example", "a.example", NULL, ERR_CERT_CONSTRAINED},
		{NULL, "EXAMPLE", "a.example", NULL, ERR_CERT_CONSTRAINED},
		{NULL, "a.example", "*.example", "b.example", ERR_OK},
		{NULL, "a.example", "*.example", "a.example", ERR_CERT_CONSTRAINED},
		{"a.example", NULL, "*.example", "a.example", ERR_CERT_CONSTRAINED},
		{"ip:0a000000ff000000", NULL, "ip:0a010203", NULL, ERR_OK},
		{"ip:0a000000ff000000", NULL, "ip:0b010203", NULL, ERR_CERT_CONSTRAINED},
		{"ip:0a000000ff000000", NULL, "ip:00000000000000000000000000000001", NULL,
			ERR_CERT_CONSTRAINED},
		{NULL, "ip:0a000000ff000000", "ip:0a010203", NULL, ERR_CERT_CONSTRAINED},
		{NULL, "ip:0a000000ff000000", "a.example", NULL, ERR_OK},
		{NULL, "ip:0a000000ff0000", "ip:0a010203", NULL, ERR_CERT_EXTENSION},
		{NULL, "ip:0a000000ff000000", "ip:0a0102", NULL, ERR_CERT_EXTENSION},
		{"example", NULL, "ip:0a010203", "10.1.2.3", ERR_OK},
		{"dir:Server", NULL, "dir:sERVER", NULL, ERR_OK},
		{"dir:Server", NULL, "dir:Other", NULL, ERR_CERT_CONSTRAINED},
		{NULL, "dir:Server", "dir:Server", NULL, ERR_CERT_CONSTRAINED},
		{"mail:example", NULL, "a.example", NULL, ERR_OK},
		{"mail:example", NULL, "mail:a@example", NULL, ERR_CERT_EXTENSION},
		{NULL, "uri:example", "uri:https://a.example", NULL, ERR_CERT_EXTENSION},
		{NULL, NULL, "a.example", NULL, ERR_OK},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf above = buf_with_max(MAX), below = buf_with_max(MAX);
		struct certname_cert authority = {0}, cert = {0};
		struct certname_host host;
		struct err err = {0};
		int status;

		make_constraints(&above, rows[i].permitted, rows[i].excluded);
		make_names(&below, rows[i].names);
		authority.extensions = buf_bytes(&above);
		cert.extensions = buf_bytes(&below);
		certname_host_of(rows[i].host ? rows[i].host : "", &host);
		status = certname_check_constraints(
			&authority, &cert, rows[i].host ? &host : NULL, &err);
		if (err.code != rows[i].code || (status == 0) != (rows[i].code == ERR_OK))
			fail_msg("row %zu: %s %s", i, err_info(err.code)->name, err.msg);
	}
}

static void critical_extensions_are_known_or_refused(void **state)
{
	static const struct {
		uint8_t id;
		bool is_critical, is_twice;
		const char *words; /* NULL: accepted */
	} rows[] = {
		{19, true, false, NULL},
		{30, true, false, NULL},
		{32, true, false, NULL},
		{54, true, false, NULL},
		{99, false, false, NULL},
		{99, true, false, "2.5.29.99"},
		{30, false, true, "2.5.29.30 twice"},
		{99, false, true, "2.5.29.99 twice"},
	};
	struct err err;

	(void)state;
	check_ok(certext_check((struct bytes){0}, &err), &err);
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(buf) struct buf list = buf_with_max(MAX), extensions = buf_with_max(MAX);

		for (int count = 0; count <= rows[i].is_twice; count++)
			put_extension(&list, rows[i].id, rows[i].is_critical, TEXT("value"));
		put(&extensions, 0x30, buf_bytes(&list));
		if (!rows[i].words) {
			check_ok(certext_check(buf_bytes(&extensions), &err), &err);
			assert_int_equal(
				certext_find(buf_bytes(&extensions), (enum certext_id)rows[i].id).len,
				5);
			continue;
		}
		check_err(certext_check(buf_bytes(&extensions), &err), &err, ERR_FORMAT);
		assert_non_null(strstr(err.msg, rows[i].words));
		extensions.len--;
		check_err(certext_check(buf_bytes(&extensions), &err), &err, ERR_FORMAT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_certificate_is_for_its_alternative_names),
		cmocka_unit_test(constraints_hold_for_every_name),
		cmocka_unit_test(critical_extensions_are_known_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
