#include "disk/grubmenu.h"

#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "disk/bootscript.h"

#define MAX_DEPTH 4 /* of submenus */

static bool is_word(struct bytes line, const char *word)
{
	return bytes_are_text(bootscript_first_word(line), word);
}

static const char *const entry_words[] = {"menuentry", "submenu", NULL};
static const char *const kernel_words[] = {"linux", "linuxefi", "linux16", "chainloader", NULL};

static bool is_one_of(struct bytes line, const char *const words[])
{
	while (*words && !is_word(line, *words))
		words++;
	return *words;
}

static bool ends_with(struct bytes line, char last)
{
	return line.len && line.data[line.len - 1] == (uint8_t)last;
}

static bool ends_with_word(struct bytes line, const char *word)
{
	size_t len = strlen(word);

	return line.len > len && bytes_equal(bytes_behind(line, line.len - len), bytes_of_text(word));
}

/* Takes the lines up to the brace that closes a block off *rest. */
static struct bytes take_block(struct bytes *rest)
{
	struct bytes block = *rest, line;
	size_t depth = 1;

	while (bootscript_next_line(rest, &line)) {
		if (ends_with(line, '{'))
			depth++;
		if (line.len == 1 && line.data[0] == '}' && --depth == 0) {
			block.len = (size_t)(line.data - block.data);
			return block;
		}
	}
	return block;
}

/* Takes the next word with its quotes off *line. */
static struct bytes take_word(struct bytes *line)
{
	struct bytes word;
	uint8_t quote = 0;
	size_t len = 0;

	while (line->len && (line->data[0] == ' ' || line->data[0] == '\t'))
		*line = bytes_behind(*line, 1);
	for (; len < line->len; len++) {
		uint8_t c = line->data[len];

		if (quote ? c == quote : c == '\'' || c == '"')
			quote = quote ? 0 : c;
		else if (!quote && (c == ' ' || c == '\t'))
			break;
	}
	word = (struct bytes){line->data, len};
	*line = bytes_behind(*line, len);
	return bootscript_unquoted(word);
}

struct heading {
	struct bytes title, id;
};

static struct heading read_heading(struct bytes line)
{
	struct heading ret = {0};
	struct bytes word;

	(void)take_word(&line);
	ret.title = take_word(&line);
	for (word = take_word(&line); word.len; word = take_word(&line))
		if (bytes_equal(word, bytes_of_text("--id")) ||
			bytes_equal(word, bytes_of_text("$menuentry_id_option")))
			ret.id = take_word(&line);
	return ret;
}

/* ---- the default ---- */

static bool value_in(struct bytes text, const char *name, struct bytes *ret)
{
	struct bytes line;
	size_t len = strlen(name);
	bool is_found = false;

	while (bootscript_next_line(&text, &line))
		if (bytes_start_with(line, name) && line.len > len && line.data[len] == '=') {
			*ret = bytes_behind(line, len + 1);
			is_found = true;
		}
	return is_found && ret->len;
}

/* The last `set default=..` that does not use next_entry, which counts before it. */
static struct bytes assigned_default(struct bytes config)
{
	struct bytes line, ret = {0};

	while (bootscript_next_line(&config, &line)) {
		struct bytes value;

		if (is_word(line, "set"))
			(void)take_word(&line);
		value = take_word(&line);
		if (!bytes_start_with(value, "default="))
			continue;
		value = bytes_behind(value, strlen("default="));
		value = take_word(&value);
		if (!bytes_equal(value, bytes_of_text("${next_entry}")))
			ret = value;
	}
	return ret;
}

/* Empty: the first entry. */
static struct bytes find_default(struct bytes config, struct bytes environment)
{
	struct bytes ret;

	if (value_in(environment, "next_entry", &ret))
		return ret;
	ret = assigned_default(config);
	if (!bytes_equal(ret, bytes_of_text("${saved_entry}")) &&
		!bytes_equal(ret, bytes_of_text("$saved_entry")))
		return ret;
	return value_in(environment, "saved_entry", &ret) ? ret : (struct bytes){0};
}

/* ---- its entry ---- */

struct choice {
	struct bytes selector; /* "1>2", "title>title"; the part of this menu comes first */
	unsigned int depth;
	bool is_conditional; /* an `if` decides which entries there are */
};

static bool is_chosen(struct bytes head, uint32_t index, const struct heading *heading)
{
	uint32_t number;

	if (text_number(head, UINT32_MAX, &number))
		return number == index;
	return head.len ? bytes_equal(head, heading->title) || bytes_equal(head, heading->id)
			: index == 0;
}

/* The body of the chosen entry; empty if there is none. */
static struct bytes find_entry(struct bytes menu, struct choice *choice)
{
	struct bytes rest = choice->selector, head = bytes_take_until(&rest, '>'), line;
	uint32_t index = 0, number;
	unsigned int ifs = 0;
	bool by_number = !head.len || text_number(head, UINT32_MAX, &number);

	while (bootscript_next_line(&menu, &line)) {
		struct heading heading;
		struct bytes body;
		bool is_submenu = is_word(line, "submenu");

		ifs += is_word(line, "if") && !ends_with_word(line, "fi");
		ifs -= ifs && is_word(line, "fi");
		if (!ends_with(line, '{'))
			continue;
		heading = read_heading(line);
		is_submenu = is_submenu && choice->depth < MAX_DEPTH;
		if (!is_one_of(line, entry_words)) {
			(void)take_block(&menu); /* a function */
			continue;
		}
		body = take_block(&menu);
		choice->is_conditional |= by_number && ifs;
		if (!is_chosen(head, index++, &heading))
			continue;
		if (!is_submenu)
			return body;
		choice->depth++;
		choice->selector = rest;
		return find_entry(body, choice);
	}
	return (struct bytes){0};
}

/* ---- its kernel ---- */

/* "(hd0,gpt1)/vmlinuz" or "($root)/vmlinuz" without the device. */
static struct bytes without_device(struct bytes path)
{
	const uint8_t *end =
		path.len && path.data[0] == '(' ? memchr(path.data, ')', path.len) : NULL;

	return end ? bytes_behind(path, (size_t)(end - path.data) + 1) : path;
}

static bool expand_word(struct bytes word, struct bytes config, struct bytes environment,
	char ret[GRUBMENU_TEXT_SIZE])
{
	static const struct bootscript_form form = {.start = ""};
	auto_cleanup(free) struct bootscript_variables *variables = calloc(1, sizeof(*variables));
	auto_cleanup(buf) struct buf text = buf_with_max(BOOTSCRIPT_TEXT_MAX);
	struct bytes path;

	if (!variables)
		return false;
	word = without_device(word);
	bootscript_find_variables(word, variables);
	bootscript_find_values(config, variables);
	bootscript_find_values(environment, variables);
	for (size_t i = 0; i < variables->count; i++) {
		if (variables->items[i].count != 2)
			return false;
		variables->items[i].chosen = 1; /* the one value that the texts assign to it */
	}
	if (!bootscript_expand(word, variables, &form, &text))
		return false;
	path = without_device(buf_bytes(&text));
	text_clean(ret, GRUBMENU_TEXT_SIZE, path);
	return path.len && bytes_equal(bytes_of_text(ret), path);
}

/* All kernel lines of the body must name the same file: an `if` may stand between them. */
static const char *find_kernel(struct bytes body, struct bytes config, struct bytes environment,
	char ret[GRUBMENU_TEXT_SIZE])
{
	struct bytes line;
	char kernel[GRUBMENU_TEXT_SIZE];

	ret[0] = '\0';
	while (bootscript_next_line(&body, &line)) {
		if (!is_one_of(line, kernel_words))
			continue;
		(void)take_word(&line);
		if (!expand_word(take_word(&line), config, environment, kernel))
			return "a kernel's path has a variable whose value is not known";
		if (ret[0] && strcmp(ret, kernel) != 0)
			return "the entry has several kernels";
		memcpy(ret, kernel, sizeof(kernel));
	}
	return ret[0] ? NULL : "the entry starts no kernel";
}

static bool has_line(struct bytes config, const char *word)
{
	struct bytes line;

	while (bootscript_next_line(&config, &line))
		if (is_word(line, word))
			return true;
	return false;
}

void grubmenu_read(struct bytes config, struct bytes environment, struct grubmenu *ret)
{
	struct choice choice = {.selector = find_default(config, environment)};
	struct bytes body = config;

	*ret = (struct grubmenu){.found = GRUBMENU_UNCLEAR};
	text_clean(ret->chosen, sizeof(ret->chosen),
		choice.selector.len ? choice.selector : bytes_of_text("0"));
	if (has_line(config, "blscfg")) {
		ret->found = GRUBMENU_ENTRIES;
		return;
	}
	if (has_line(config, "menuentry") || has_line(config, "submenu")) {
		body = find_entry(config, &choice);
		if (!body.data && choice.selector.len) {
			choice = (struct choice){.is_conditional = choice.is_conditional};
			body = find_entry(config, &choice);
		}
	} else if (has_line(config, "configfile")) {
		ret->found = GRUBMENU_ELSEWHERE;
		return;
	}
	ret->unclear = !body.data              ? "it has no entry that can be read"
		       : choice.is_conditional ? "its entries depend on conditions"
					       : find_kernel(body, config, environment, ret->kernel);
	if (!ret->unclear)
		ret->found = GRUBMENU_KERNEL;
}
