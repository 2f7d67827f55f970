#include "edge/certext.h"

#include <string.h>
#include "base/text.h"
#include "base/ber.h"

#define MAX_EXTENSIONS 64 /* certificates in use have about ten */
#define URI_TAG        0x86 /* [6] of GeneralName */

struct extension {
	struct bytes oid;
	struct bytes value;
	bool is_critical;
};

bool certext_may_be_critical(struct bytes oid)
{
	/* last numbers of OIDs below id-ce: subjectKeyIdentifier, keyUsage, subjectAltName,
	 * basicConstraints, nameConstraints, cRLDistributionPoints, certificatePolicies,
	 * policyMappings, authorityKeyIdentifier, policyConstraints, extKeyUsage,
	 * inhibitAnyPolicy */
	static const uint8_t numbers[] = {14, 15, 17, 19, 30, 31, 32, 33, 35, 36, 37, 54};
	/* netscape-cert-type, 2.16.840.1.113730.1.1 */
	static const uint8_t netscape[] = {0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x42, 0x01, 0x01};

	if (oid.len == 3 && oid.data[0] == 0x55 && oid.data[1] == 0x1d)
		return memchr(numbers, oid.data[2], sizeof(numbers)) != NULL;
	return bytes_equal(oid, (struct bytes){netscape, sizeof(netscape)});
}

/* ITU-T X.690 section 8.19 */
void certext_oid_text(struct bytes oid, char ret[CERTEXT_OID_SIZE])
{
	uint64_t number = 0;
	bool is_first = true;

	ret[0] = '\0';
	for (size_t i = 0; i < oid.len; i++) {
		char longer[CERTEXT_OID_SIZE];
		uint64_t root;

		number = number << 7 | (oid.data[i] & 0x7f);
		if (oid.data[i] & 0x80)
			continue;
		root = number < 80 ? number / 40 : 2;
		if (!(is_first ? text_format(longer, sizeof(longer), "%llu.%llu",
					 (unsigned long long)root,
					 (unsigned long long)(number - 40 * root))
			       : text_format(longer, sizeof(longer), "%s.%llu", ret,
					 (unsigned long long)number)))
			return;
		memcpy(ret, longer, sizeof(longer));
		is_first = false;
		number = 0;
	}
}

static struct cursor list_inside(struct bytes extensions)
{
	struct cursor outside = cursor_of(extensions);

	return ber_take_inside(&outside, BER_SEQUENCE);
}

/* False at the list's end, or on failure. */
static bool take_extension(struct cursor *list, struct extension *ret)
{
	struct cursor inside;

	if (list->failed || list->left == 0)
		return false;
	inside = ber_take_inside(list, BER_SEQUENCE);
	ret->oid = ber_take(&inside, BER_OID);
	ret->is_critical = false;
	if (ber_comes(&inside, BER_BOOLEAN)) {
		struct bytes value = ber_take(&inside, BER_BOOLEAN);

		ret->is_critical = value.len != 1 || value.data[0] != 0;
	}
	ret->value = ber_take(&inside, BER_OCTETS);
	list->failed |= !ber_ended(&inside);
	return !list->failed;
}

static bool holds_oid(const struct extension *known, size_t count, struct bytes oid)
{
	for (size_t i = 0; i < count; i++)
		if (bytes_equal(known[i].oid, oid))
			return true;
	return false;
}

int certext_check(struct bytes extensions, struct err *err)
{
	struct extension known[MAX_EXTENSIONS];
	struct cursor list = list_inside(extensions);
	char oid[CERTEXT_OID_SIZE];
	size_t count = 0;

	if (extensions.len == 0)
		return 0;
	while (count < MAX_EXTENSIONS && take_extension(&list, &known[count])) {
		certext_oid_text(known[count].oid, oid);
		if (holds_oid(known, count, known[count].oid))
			return err_set(err, ERR_FORMAT, 0, "it holds the extension %s twice", oid);
		if (known[count].is_critical && !certext_may_be_critical(known[count].oid))
			return err_set(err, ERR_FORMAT, 0,
				"its critical extension %s is not known to this program", oid);
		count++;
	}
	return ber_ended(&list) ? 0 : err_set(err, ERR_FORMAT, 0, "its extensions cannot be read");
}

static struct bytes find(struct bytes extensions, struct bytes oid)
{
	struct cursor list = list_inside(extensions);
	struct extension extension;

	while (take_extension(&list, &extension))
		if (bytes_equal(extension.oid, oid))
			return extension.value;
	return (struct bytes){0};
}

struct bytes certext_find(struct bytes extensions, enum certext_id id)
{
	const uint8_t oid[] = {0x55, 0x1d, (uint8_t)id};

	return find(extensions, (struct bytes){oid, sizeof(oid)});
}

struct bytes certext_issuer_address(struct bytes extensions)
{
	/* id-pe-authorityInfoAccess, 1.3.6.1.5.5.7.1.1, and id-ad-caIssuers, 1.3.6.1.5.5.7.48.2 */
	static const uint8_t access[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x01};
	static const uint8_t ca_issuers[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x02};
	struct cursor value = cursor_of(find(extensions, (struct bytes){access, sizeof(access)}));
	struct cursor list = ber_take_inside(&value, BER_SEQUENCE);

	while (!list.failed && list.left) {
		struct cursor one = ber_take_inside(&list, BER_SEQUENCE);
		struct bytes method = ber_take(&one, BER_OID);
		struct ber_element place = ber_next(&one);

		if (bytes_equal(method, (struct bytes){ca_issuers, sizeof(ca_issuers)}) &&
			place.tag == URI_TAG && place.content.len > 7 &&
			memcmp(place.content.data, "http", 4) == 0)
			return place.content;
	}
	return (struct bytes){0};
}

struct bytes certext_key_id(struct bytes extensions)
{
	struct cursor value = cursor_of(certext_find(extensions, CERTEXT_KEY_ID));

	return value.left ? ber_take(&value, BER_OCTETS) : (struct bytes){0};
}
