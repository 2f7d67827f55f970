/* The file of baseline.h. Lists of dbx, and texts that are longer than a name, are the largest
 * parts by far. They stand there once for all variants, each under its component's digest. */
#include <string.h>
#include "base/codec.h"
#include "base/text.h"
#include "drift/baseline.h"
#include "components/component_stored.h"
#include "edge/members.h"

#define HEX_SIZE (2 * CRYPTO_SHA256_SIZE + 1)

static const struct member component_rows[] = {
	{"pcr", MEMBER_COUNT, MEMBER_REQUIRED, MEMBER_PLACE(struct component, pcr)},
	{"name", MEMBER_TEXT, MEMBER_REQUIRED, MEMBER_PLACE(struct component, name)},
	{"sha256", MEMBER_HEX, MEMBER_REQUIRED, MEMBER_PLACE(struct component, sha256)},
	{"bound", MEMBER_FLAG, MEMBER_SPARSE, MEMBER_PLACE(struct component, is_bound)},
	{"folded", MEMBER_COUNT, MEMBER_SPARSE, MEMBER_PLACE(struct component, folded)},
};

/* Of a command line: its name may be cut. */
static const struct member line_rows[] = {
	{"pattern", MEMBER_HEX, MEMBER_SPARSE, MEMBER_PLACE(struct component, facts.line.pattern)},
	{"usrHash", MEMBER_HEX, MEMBER_SPARSE, MEMBER_PLACE(struct component, facts.line.usr_hash)},
};

/* *ret_is_known false: a newer version's kind of component. */
static int read_component(
	const json *object, struct component *ret, bool *ret_is_known, struct err *err)
{
	struct component found = {0};
	const char *kind;

	if (json_get_text(object, "kind", &kind, err) < 0 ||
		members_read(object, MEMBERS(component_rows), &found, err) < 0)
		return -1;
	*ret_is_known = component_kind_of_name(kind, &found.kind);
	if (found.pcr >= TPM_PCR_COUNT)
		return err_set(err, ERR_FORMAT, 0, "A component's number cannot be used.");
	if (*ret_is_known && !found.folded)
		component_stored_read(&found);
	if (*ret_is_known && found.kind == COMPONENT_COMMAND_LINE &&
		members_read(object, MEMBERS(line_rows), &found, err) < 0)
		return -1;
	*ret = found;
	return 0;
}

/* ret_unknown: mask of PCRs with a component that only a newer version of this program knows. After
 * a downgrade these PCRs are not compared with this variant. */
static int read_components(
	const json *array, struct components *ret, uint32_t *ret_unknown, struct err *err)
{
	*ret_unknown = 0;
	json_each (object, array) {
		struct component component;
		size_t before = ret->count;
		bool is_known;

		if (read_component(object, &component, &is_known, err) < 0)
			return -1;
		if (!is_known) {
			*ret_unknown |= 1u << component.pcr;
			continue;
		}
		if (components_add(ret, &component, err) < 0)
			return -1;
		if (ret->count == before)
			return err_set(err, ERR_FORMAT, 0,
				"A component is listed twice, or there are too many of its kind.");
	}
	return 0;
}

/* Reads a variant's dbx from the shared lists. A list that was too long to keep is absent. */
static int read_revoked(const json *lists, struct components *ret, struct err *err)
{
	const struct component *dbx = components_find(ret, COMPONENT_DBX);
	uint8_t digest[CRYPTO_SHA256_SIZE];
	char hex[HEX_SIZE];
	const char *text;

	if (!dbx)
		return 0;
	hex_encode((struct bytes){dbx->sha256, sizeof(dbx->sha256)}, hex);
	if (!json_get(lists, hex))
		return 0;
	if (json_get_text(lists, hex, &text, err) < 0 ||
		base64_decode(bytes_of_text(text), BASE64_STANDARD, &ret->revoked, err) < 0)
		return -1;
	crypto_sha256(buf_bytes(&ret->revoked), digest);
	if (memcmp(digest, dbx->sha256, sizeof(digest)) != 0 ||
		ret->revoked.len % COMPONENTS_REVOCATION_LEN != 0)
		return err_set(err, ERR_FORMAT, 0,
			"A list of dbx does not have the digest under which it is stored.");
	return 0;
}

/* The long texts of a variant's components, out of those that all share. texts: NULL in files of
 * earlier versions. */
static int read_texts(const json *texts, struct components *ret, struct err *err)
{
	char hex[HEX_SIZE];
	const char *text;

	for (size_t i = 0; texts && i < ret->count; i++) {
		hex_encode((struct bytes){ret->items[i].sha256, sizeof(ret->items[i].sha256)}, hex);
		if (!json_get(texts, hex))
			continue;
		if (json_get_text(texts, hex, &text, err) < 0 ||
			components_keep_text(ret, &ret->items[i], bytes_of_text(text), err) < 0)
			return -1;
	}
	return 0;
}

static int read_how(const json *object, enum baseline_how *ret, struct err *err)
{
	const char *name;

	*ret = BASELINE_EXPLAINED;
	if (json_get_text(object, "how", &name, err) < 0)
		return -1;
	for (int how = BASELINE_LEARNED; how <= BASELINE_OWNER; how++) {
		if (strcmp(baseline_how_name((enum baseline_how)how), name) != 0)
			continue;
		*ret = (enum baseline_how)how;
		return 0;
	}
	return 0; /* of a newer version */
}

static const struct member variant_rows[] = {
	{"bootId", MEMBER_TEXT, MEMBER_REQUIRED, MEMBER_PLACE(struct baseline_variant, boot_id)},
	{"changes", MEMBER_TEXT, MEMBER_REQUIRED, MEMBER_PLACE(struct baseline_variant, text)},
};

static int read_variant(
	const json *object, const json *document, struct baseline_variant *ret, struct err *err)
{
	struct baseline_variant found = {.how = BASELINE_LEARNED};
	auto_cleanup(components) struct components components = components_empty();
	const json *array;
	uint32_t unknown;
	int64_t pcrs;

	if (json_get_int(object, "acceptedAt", &found.accepted_s, err) < 0 ||
		read_how(object, &found.how, err) < 0 ||
		members_read(object, MEMBERS(variant_rows), &found, err) < 0 ||
		json_get_int(object, "pcrs", &pcrs, err) < 0 ||
		json_get_array(object, "components", &array, err) < 0 ||
		read_components(array, &components, &unknown, err) < 0 ||
		read_revoked(json_get(document, "dbx"), &components, err) < 0 ||
		read_texts(json_get(document, "texts"), &components, err) < 0)
		return -1;
	if (pcrs < 0 || pcrs >= 1 << TPM_PCR_COUNT)
		return err_set(err, ERR_FORMAT, 0, "'pcrs' cannot be used.");
	found.components = components;
	found.components.listed = (uint32_t)pcrs & ~unknown;
	components = components_empty();
	*ret = found;
	return 0;
}

/* How the differences that are kept were explained; NULL for other explanations. */
static const char *const explained_names[EXPLANATION_OTHER_VM + 1] = {
	[EXPLANATION_PACKAGE] = "package",
	[EXPLANATION_PENDING] = "pending",
	[EXPLANATION_FILE] = "file",
};

static const struct member explained_rows[] = {
	{"sha256", MEMBER_HEX, MEMBER_REQUIRED, MEMBER_PLACE(struct baseline_explained, sha256)},
	{"text", MEMBER_TEXT, MEMBER_REQUIRED,
		MEMBER_PLACE(struct baseline_explained, explanation.text)},
};

/* ret: EXPLANATION_NONE for an item of another version, which lacks a kind or has unknown words. */
static int read_explained_item(const json *object, struct baseline_explained *ret, struct err *err)
{
	const char *how, *kind;

	ret->explanation.how = EXPLANATION_NONE;
	if (members_read(object, MEMBERS(explained_rows), ret, err) < 0 ||
		json_get_text(object, "how", &how, err) < 0)
		return -1;
	if (!json_get(object, "kind"))
		return 0;
	if (json_get_text(object, "kind", &kind, err) < 0)
		return -1;
	for (int i = EXPLANATION_NONE; i <= EXPLANATION_OTHER_VM; i++)
		if (explained_names[i] && strcmp(how, explained_names[i]) == 0 &&
			component_kind_of_name(kind, &ret->kind))
			ret->explanation.how = (enum explanation_how)i;
	return 0;
}

static int read_explained(const json *object, struct baseline *ret, struct err *err)
{
	const json *array;

	if (!object)
		return 0;
	if (json_copy_text(object, "bootId", ret->explained_boot_id, sizeof(ret->explained_boot_id),
		    err) < 0 ||
		json_get_array(object, "changes", &array, err) < 0)
		return -1;
	json_each (item, array) {
		if (ret->explained_count == BASELINE_MAX_EXPLAINED)
			return err_set(err, ERR_FORMAT, 0, "There are too many explanations.");
		if (read_explained_item(item, &ret->explained[ret->explained_count], err) < 0)
			return -1;
		ret->explained_count +=
			ret->explained[ret->explained_count].explanation.how != EXPLANATION_NONE;
	}
	return 0;
}

static const struct member rows[] = {
	{"lostAt", MEMBER_INT, MEMBER_OPTIONAL, MEMBER_PLACE(struct baseline, lost_s)},
	{"forgottenAt", MEMBER_INT, MEMBER_OPTIONAL, MEMBER_PLACE(struct baseline, forgotten_s)},
};

static int take_document(const json *document, void *ret, struct err *err)
{
	auto_cleanup(baseline_ptr) struct baseline *found = NULL;
	const json *variants, *lists;

	if (baseline_new(&found, err) < 0 || members_read(document, MEMBERS(rows), found, err) < 0 ||
		json_get_object(document, "dbx", &lists, err) < 0 ||
		json_get_array(document, "variants", &variants, err) < 0 ||
		read_explained(json_get(document, "explained"), found, err) < 0)
		return -1;
	json_each (variant, variants) {
		if (found->count == BASELINE_MAX_VARIANTS)
			return err_set(err, ERR_FORMAT, 0, "There are too many variants.");
		if (read_variant(variant, document, &found->variants[found->count], err) < 0)
			return -1;
		found->count++;
	}
	*(struct baseline *)ret = *found;
	*found = (struct baseline){0};
	return 0;
}

static const struct state_file baseline_file = {BASELINE_FILE, take_document};

int baseline_parse(struct bytes text, struct baseline *ret, struct err *err)
{
	return state_parse(&baseline_file, text, ret, err);
}

enum state_found baseline_load(int state_fd, struct baseline *ret, struct err *err)
{
	return state_load(state_fd, &baseline_file, ret, err);
}

static int add_revoked(json *lists, const struct components *components, struct err *err)
{
	const struct component *dbx = components_find(components, COMPONENT_DBX);
	auto_cleanup(buf) struct buf text = buf_with_max(STATE_MAX_BYTES);
	char hex[HEX_SIZE];

	if (!dbx || components->revoked.len == 0)
		return 0;
	hex_encode((struct bytes){dbx->sha256, sizeof(dbx->sha256)}, hex);
	if (json_get(lists, hex))
		return 0;
	if (base64_encode(buf_bytes(&components->revoked), BASE64_STANDARD, &text, err) < 0)
		return -1;
	json_add_bytes_text(lists, hex, buf_bytes(&text));
	return 0;
}

static void add_texts(json *texts, const struct components *components)
{
	char hex[HEX_SIZE];

	for (size_t i = 0; i < components->count; i++) {
		const struct component *component = &components->items[i];
		const char *text = components_text(components, component);

		hex_encode((struct bytes){component->sha256, sizeof(component->sha256)}, hex);
		if (text != component->name && !json_get(texts, hex))
			json_add_text(texts, hex, text);
	}
}

static void add_variant(json *array, const struct baseline_variant *variant)
{
	json *object = json_add_object(array, NULL);
	json *components;

	json_add_int(object, "acceptedAt", variant->accepted_s);
	json_add_text(object, "how", baseline_how_name(variant->how));
	members_add(object, MEMBERS(variant_rows), variant);
	json_add_int(object, "pcrs", variant->components.listed);
	components = json_add_array(object, "components");
	for (size_t i = 0; i < variant->components.count; i++) {
		const struct component *component = &variant->components.items[i];
		json *item = json_add_object(components, NULL);

		json_add_text(item, "kind", component_kind_name(component->kind));
		members_add(item, MEMBERS(component_rows), component);
		if (component->kind == COMPONENT_COMMAND_LINE)
			members_add(item, MEMBERS(line_rows), component);
	}
}

static void add_explained(json *document, const struct baseline *baseline)
{
	json *object = json_add_object(document, "explained");
	json *changes;

	json_add_text(object, "bootId", baseline->explained_boot_id);
	changes = json_add_array(object, "changes");
	for (size_t i = 0; i < baseline->explained_count; i++) {
		const struct baseline_explained *explained = &baseline->explained[i];
		json *item = json_add_object(changes, NULL);

		json_add_text(item, "kind", component_kind_name(explained->kind));
		json_add_text(item, "how", explained_names[explained->explanation.how]);
		members_add(item, MEMBERS(explained_rows), explained);
	}
}

static int save_once(int state_fd, const struct baseline *baseline, struct err *err)
{
	auto_cleanup(json) json *document = json_new_object();
	json *lists, *texts, *variants;

	members_add(document, MEMBERS(rows), baseline);
	lists = json_add_object(document, "dbx");
	texts = json_add_object(document, "texts");
	variants = json_add_array(document, "variants");
	for (size_t i = 0; i < baseline->count; i++) {
		if (add_revoked(lists, &baseline->variants[i].components, err) < 0)
			return -1;
		add_texts(texts, &baseline->variants[i].components);
		add_variant(variants, &baseline->variants[i]);
	}
	add_explained(document, baseline);
	return state_save(state_fd, BASELINE_FILE, document, err);
}

int baseline_save(int state_fd, struct baseline *baseline, struct err *err)
{
	while (save_once(state_fd, baseline, err) < 0) {
		if (err->code != ERR_FORMAT || baseline->count < 2)
			return -1;
		baseline_drop_first(baseline);
	}
	return 0;
}
