#include "edge/certname.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include "base/text.h"
#include "base/ber.h"
#include "edge/certext.h"

#define MAX_COMPARISONS (1u << 20) /* of names with constraints, as in OpenSSL */
#define TEXT_SIZE       128

/* GeneralName, RFC 5280 section 4.2.1.6 */
enum kind { KIND_DNS = 2, KIND_DIRECTORY = 4, KIND_ADDRESS = 7 };

#define TAG_IS_CONTEXT 0x80
#define TAG_CLASS      0xc0
#define TAG_NUMBER     0x1f

struct name {
	unsigned kind;
	struct bytes value; /* for a directoryName the contents of the Name */
};

static bool take_name(struct cursor *list, struct name *ret)
{
	struct ber_element element;

	if (list->failed || list->left == 0)
		return false;
	element = ber_next(list);
	ret->kind = element.tag & TAG_NUMBER;
	ret->value = element.content;
	if ((element.tag & TAG_CLASS) != TAG_IS_CONTEXT)
		list->failed = true;
	if (!list->failed && ret->kind == KIND_DIRECTORY) { /* a CHOICE is tagged explicitly */
		struct cursor inside = cursor_of(element.content);

		ret->value = ber_take(&inside, BER_SEQUENCE);
		list->failed = !ber_ended(&inside);
	}
	return !list->failed;
}

static struct cursor alternative_names(const struct certname_cert *cert)
{
	struct cursor value = cursor_of(certext_find(cert->extensions, CERTEXT_ALTERNATIVE_NAMES));

	return value.left ? ber_take_inside(&value, BER_SEQUENCE) : value;
}

/* ---- texts without regard to case (RFC 4343) ---- */

static bool same_nocase(struct bytes a, struct bytes b)
{
	for (size_t i = 0; a.len == b.len && i < a.len; i++)
		if (tolower(a.data[i]) != tolower(b.data[i]))
			return false;
	return a.len == b.len;
}

/* ---- the host ---- */

void certname_host_of(const char *host, struct certname_host *ret)
{
	size_t len = strlen(host);
	char bare[CERTNAME_HOST_SIZE];

	*ret = (struct certname_host){0};
	(void)text_format(ret->name, sizeof(ret->name), "%s", host);
	if (inet_pton(AF_INET, host, ret->address) == 1)
		ret->address_len = 4;
	if (len > 2 && len < sizeof(bare) && host[0] == '[' && host[len - 1] == ']') {
		memcpy(bare, host + 1, len - 2);
		bare[len - 2] = '\0';
		ret->address_len = inet_pton(AF_INET6, bare, ret->address) == 1 ? 16 : 0;
	}
	len = strlen(ret->name);
	if (len && ret->name[len - 1] == '.')
		ret->name[len - 1] = '\0';
}

/* "*.a.example" stands for "b.a.example" (RFC 9525 section 6.3). */
static bool matches_wildcard(struct bytes pattern, struct bytes host)
{
	const uint8_t *dot = memchr(host.data, '.', host.len);

	if (pattern.len < 3 || pattern.data[0] != '*' || pattern.data[1] != '.' || !dot ||
		dot == host.data)
		return false;
	pattern = bytes_behind(pattern, 2);
	return memchr(pattern.data, '.', pattern.len) &&
	       same_nocase(pattern, bytes_behind(host, (size_t)(dot - host.data) + 1));
}

static bool names_host(const struct name *name, const struct certname_host *host)
{
	struct bytes text = bytes_of_text(host->name);

	if (host->address_len)
		return name->kind == KIND_ADDRESS &&
		       bytes_equal(name->value, (struct bytes){host->address, host->address_len});
	return name->kind == KIND_DNS && text.len &&
	       (same_nocase(name->value, text) || matches_wildcard(name->value, text));
}

bool certname_is_for(const struct certname_cert *cert, const struct certname_host *host)
{
	struct cursor names = alternative_names(cert);
	struct name name;

	while (take_name(&names, &name))
		if (names_host(&name, host))
			return true;
	return false;
}

/* ---- directory names (RFC 5280 section 7.1; only the case of ASCII is ignored) ---- */

enum answer { NO, YES, UNKNOWN };

#define FOLDED_SIZE 256

/* Lower case, one blank for several, none at the ends. False if it is too long. */
static bool fold_case(struct bytes text, uint8_t ret[FOLDED_SIZE], size_t *ret_len)
{
	bool is_blank = false;

	*ret_len = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == ' ') {
			is_blank = *ret_len > 0;
			continue;
		}
		if (*ret_len + 2 > FOLDED_SIZE)
			return false;
		if (is_blank)
			ret[(*ret_len)++] = ' ';
		ret[(*ret_len)++] = (uint8_t)tolower(text.data[i]);
		is_blank = false;
	}
	return true;
}

/* Strings that hold ASCII characters as single bytes: UTF8String, PrintableString, TeletexString,
 * IA5String. */
static bool is_plain_string(uint8_t tag)
{
	return tag == 0x0c || tag == 0x13 || tag == 0x14 || tag == 0x16;
}

static enum answer same_value(const struct ber_element *a, const struct ber_element *b)
{
	uint8_t left[FOLDED_SIZE], right[FOLDED_SIZE];
	size_t left_len, right_len;

	if (bytes_equal(a->whole, b->whole))
		return YES;
	if (!is_plain_string(a->tag) || !is_plain_string(b->tag) ||
		!fold_case(a->content, left, &left_len) || !fold_case(b->content, right, &right_len))
		return UNKNOWN;
	return bytes_equal((struct bytes){left, left_len}, (struct bytes){right, right_len}) ? YES
											     : NO;
}

/* Compares two RelativeDistinguishedNames, whose members DER sorts. */
static enum answer same_rdn(struct cursor a, struct cursor b)
{
	while (a.left && b.left) {
		struct cursor left = ber_take_inside(&a, BER_SEQUENCE);
		struct cursor right = ber_take_inside(&b, BER_SEQUENCE);
		struct bytes left_type = ber_take(&left, BER_OID),
			     right_type = ber_take(&right, BER_OID);
		struct ber_element left_value = ber_next(&left), right_value = ber_next(&right);
		enum answer same;

		if (!ber_ended(&left) || !ber_ended(&right))
			return UNKNOWN;
		if (!bytes_equal(left_type, right_type))
			return NO;
		same = same_value(&left_value, &right_value);
		if (same != YES)
			return same;
	}
	return a.left == b.left ? YES : NO;
}

/* Whether the name is equal to `above` or below it in the directory. */
static enum answer is_below_name(struct bytes name, struct bytes above)
{
	struct cursor rest = cursor_of(name), wanted = cursor_of(above);

	while (wanted.left) {
		struct cursor rdn, wanted_rdn;
		enum answer same;

		if (rest.left == 0)
			return NO;
		rdn = ber_take_inside(&rest, BER_SET);
		wanted_rdn = ber_take_inside(&wanted, BER_SET);
		if (rdn.failed || wanted_rdn.failed)
			return UNKNOWN;
		same = same_rdn(rdn, wanted_rdn);
		if (same != YES)
			return same;
	}
	return YES;
}

/* ---- name constraints (RFC 5280 section 4.2.1.10) ---- */

/* "a.example" is below "a.example" and "example"; ".example" covers only what is below it. */
static enum answer is_below_domain(struct bytes name, struct bytes domain)
{
	if (domain.len == 0)
		return YES;
	if (name.len < domain.len || !same_nocase(bytes_behind(name, name.len - domain.len), domain))
		return NO;
	return name.len == domain.len || domain.data[0] == '.' ||
			       name.data[name.len - domain.len - 1] == '.'
		       ? YES
		       : NO;
}

static enum answer is_in_network(struct bytes address, struct bytes network)
{
	size_t len = network.len / 2;

	if ((network.len != 8 && network.len != 32) || (address.len != 4 && address.len != 16))
		return UNKNOWN;
	if (address.len != len)
		return NO;
	for (size_t i = 0; i < len; i++)
		if ((address.data[i] ^ network.data[i]) & network.data[len + i])
			return NO;
	return YES;
}

static enum answer is_within(const struct name *name, const struct name *base)
{
	switch (name->kind) {
	case KIND_DNS:
		return is_below_domain(name->value, base->value);
	case KIND_ADDRESS:
		return is_in_network(name->value, base->value);
	case KIND_DIRECTORY:
		return is_below_name(name->value, base->value);
	default:
		return UNKNOWN; /* rfc822Name, URI, ...: no host is named by them */
	}
}

/* The subtrees of an extension: the contents of GeneralSubtrees. */
struct constraints {
	struct cursor permitted, excluded;
	unsigned comparisons;
};

static bool read_constraints(struct bytes value, struct constraints *ret)
{
	struct cursor outside = cursor_of(value);
	struct cursor list = ber_take_inside(&outside, BER_SEQUENCE);

	*ret = (struct constraints){0};
	if (ber_comes(&list, BER_0_CONSTRUCTED))
		ret->permitted = ber_take_inside(&list, BER_0_CONSTRUCTED);
	if (ber_comes(&list, BER_1_CONSTRUCTED))
		ret->excluded = ber_take_inside(&list, BER_1_CONSTRUCTED);
	return ber_ended(&list) && ber_ended(&outside);
}

/* RFC 5280 requires minimum 0, which DER leaves out, and no maximum. */
static bool take_subtree(struct cursor *list, struct name *ret)
{
	struct cursor inside;

	if (list->failed || list->left == 0)
		return false;
	inside = ber_take_inside(list, BER_SEQUENCE);
	list->failed |= !take_name(&inside, ret) || !ber_ended(&inside);
	return !list->failed;
}

/* Whether the name is within one of the subtrees. ret_has_kind: whether one is of the name's
 * kind. */
static enum answer is_within_any(
	const struct name *name, struct cursor list, bool *ret_has_kind, unsigned *comparisons)
{
	enum answer answer = NO;
	struct name base;

	*ret_has_kind = false;
	while (answer == NO && take_subtree(&list, &base)) {
		if (++*comparisons > MAX_COMPARISONS)
			return UNKNOWN;
		if (base.kind != name->kind)
			continue;
		*ret_has_kind = true;
		answer = is_within(name, &base);
	}
	return list.failed ? UNKNOWN : answer;
}

static void name_text(const struct name *name, char ret[TEXT_SIZE])
{
	char address[INET6_ADDRSTRLEN] = "";

	if (name->kind == KIND_ADDRESS && (name->value.len == 4 || name->value.len == 16)) {
		(void)inet_ntop(name->value.len == 4 ? AF_INET : AF_INET6, name->value.data,
			address, sizeof(address));
		(void)text_format(ret, TEXT_SIZE, "%s", address);
	} else if (name->kind == KIND_DIRECTORY) {
		(void)text_format(ret, TEXT_SIZE, "its subject");
	} else {
		text_clean(ret, TEXT_SIZE, name->value);
	}
}

static int check_name(struct constraints *constraints, const struct name *name, struct err *err)
{
	bool is_excludable, is_limited;
	enum answer is_excluded = is_within_any(
		name, constraints->excluded, &is_excludable, &constraints->comparisons);
	enum answer is_permitted =
		is_within_any(name, constraints->permitted, &is_limited, &constraints->comparisons);
	char text[TEXT_SIZE];

	name_text(name, text);
	if (is_excluded == UNKNOWN || is_permitted == UNKNOWN)
		return err_set(err, ERR_CERT_EXTENSION, 0,
			"whether '%s' is within its name constraints cannot be told", text);
	if (is_excluded == YES)
		return err_set(err, ERR_CERT_CONSTRAINED, 0,
			"'%s' is excluded by its name constraints", text);
	if (is_limited && is_permitted == NO)
		return err_set(err, ERR_CERT_CONSTRAINED, 0,
			"'%s' is not among what its name constraints permit", text);
	return 0;
}

static int check_host(
	struct constraints *constraints, const struct certname_host *host, struct err *err)
{
	struct name name = {.kind = KIND_DNS, .value = bytes_of_text(host->name)};

	if (host->address_len)
		name = (struct name){KIND_ADDRESS, {host->address, host->address_len}};
	return check_name(constraints, &name, err);
}

static int check_subject(struct constraints *constraints, struct bytes subject, struct err *err)
{
	struct cursor outside = cursor_of(subject);
	struct name name = {.kind = KIND_DIRECTORY, .value = ber_take(&outside, BER_SEQUENCE)};

	return name.value.len == 0 ? 0 : check_name(constraints, &name, err);
}

int certname_check_constraints(const struct certname_cert *authority,
	const struct certname_cert *cert, const struct certname_host *host, struct err *err)
{
	struct bytes value = certext_find(authority->extensions, CERTEXT_NAME_CONSTRAINTS);
	struct cursor names = alternative_names(cert);
	struct constraints constraints;
	struct name name;

	if (value.len == 0)
		return 0;
	if (!read_constraints(value, &constraints))
		return err_set(err, ERR_CERT_EXTENSION, 0, "its name constraints cannot be read");
	if (check_subject(&constraints, cert->subject, err) < 0 ||
		(host && check_host(&constraints, host, err) < 0))
		return -1;
	while (take_name(&names, &name))
		if (check_name(&constraints, &name, err) < 0)
			return -1;
	return names.failed ? err_set(err, ERR_CERT_EXTENSION, 0, "alternative names cannot be read")
			    : 0;
}
