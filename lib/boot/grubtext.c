#include "boot/grubtext.h"

#include <string.h>

struct bytes grubtext_of(struct bytes data)
{
	data = bytes_without_final_zeros(data);
	/* UTF-16 of Latin letters has a zero behind the first byte */
	return data.len > 1 && data.data[0] && !data.data[1] ? data : bytes_take_until(&data, '\0');
}

struct bytes grubtext_first_word(struct bytes text)
{
	return bytes_take_until(&text, ' ');
}

struct bytes grubtext_behind_first_word(struct bytes text)
{
	(void)bytes_take_until(&text, ' ');
	return text;
}

static bool is_one_of(struct bytes word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (bytes_are_text(word, words[i]))
			return true;
	return false;
}

/* "2048+20000", "+1,200+10" */
static bool is_block_list(struct bytes word)
{
	bool has_plus = false;

	for (size_t i = 0; i < word.len; i++) {
		if (!strchr("0123456789+,", word.data[i]) || !word.data[i])
			return false;
		has_plus = has_plus || word.data[i] == '+';
	}
	return has_plus;
}

static bool is_path(struct bytes word)
{
	return word.len && (memchr("/(\"\\", word.data[0], 4) || is_block_list(word));
}

enum grubtext_kind grubtext_kind_of(struct bytes text)
{
	static const char *const loaders[] = {
		"multiboot", "multiboot2", "module", "module2", "xen_hypervisor", "xen_module"};
	struct bytes word = grubtext_first_word(text);

	if (is_path(word))
		return GRUBTEXT_LINE;
	if (bytes_start_with(word, "linux"))
		return GRUBTEXT_LINUX;
	if (bytes_start_with(word, "initrd"))
		return GRUBTEXT_INITRD;
	if (is_one_of(word, loaders, sizeof(loaders) / sizeof(loaders[0])))
		return GRUBTEXT_LOADER;
	return bytes_are_text(word, "normal_exit") ? GRUBTEXT_LEAVING : GRUBTEXT_COMMAND;
}

bool grubtext_is_given(struct bytes text, struct bytes arguments)
{
	size_t at = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '"')
			continue;
		if (text.data[i] == '\\' && i + 1 < text.len)
			i++;
		if (at == arguments.len || arguments.data[at++] != text.data[i])
			return false;
	}
	return at == arguments.len;
}
