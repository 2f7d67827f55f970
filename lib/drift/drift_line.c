#include "drift/drift_line.h"

#include <ctype.h>
#include <fnmatch.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/text.h"

static bool has_word(const char *line, const char *word, size_t len)
{
	for (const char *at = line; *at; at += strcspn(at, " "), at += *at == ' ')
		if (strcspn(at, " ") == len && memcmp(at, word, len) == 0)
			return true;
	return false;
}

#define WORD_SHOWN 48

/* False if there is no room for it and the number of those that follow; then nothing is written. */
static bool append_word(char *ret, size_t size, const char *word, size_t len)
{
	const size_t room_for_rest = sizeof(" and 9999 more words");
	size_t used = strlen(ret), shown = len > WORD_SHOWN ? WORD_SHOWN - 3 : len;

	if (used + 1 + (len > shown ? WORD_SHOWN : len) + room_for_rest > size)
		return false;
	(void)text_format(ret + used, size - used, "%s%.*s%s", used ? " " : "", (int)shown, word,
		len > shown ? "..." : "");
	return true;
}

void drift_line_words(const char *line, const char *other, char *ret, size_t size)
{
	size_t left = 0;

	ret[0] = '\0';
	for (const char *at = line; *at; at += strcspn(at, " "), at += *at == ' ') {
		size_t len = strcspn(at, " ");

		if (len && !has_word(other, at, len))
			left += left || !append_word(ret, size, at, len);
	}
	if (left)
		(void)text_format(ret + strlen(ret), size - strlen(ret), " and %zu more word%s",
			left, left == 1 ? "" : "s");
}

/* Sources: kernel-command-line(7) of systemd; dracut.cmdline(7); initramfs-tools(7); Ubuntu's
 * friendly-recovery (recovery); init= and rdinit= of Linux admin-guide/kernel-parameters.txt. */
static bool opens_shell(const char *word)
{
	static const char *const patterns[] = {"single", "[sS1]", "rescue", "emergency", "recovery",
		"-[bs]", "rd.rescue", "rd.emergency", "*systemd.unit=rescue*",
		"*systemd.unit=emergency*", "*systemd.unit=runlevel1*", "*systemd.unit=debug-shell*",
		"*systemd.wants=rescue*", "*systemd.wants=emergency*", "*systemd.wants=debug-shell*",
		"*systemd.debug[-_]shell*", "systemd.run=*", "rd.break*", "rdbreak*", "break",
		"break=*", "*init=*/*sh", "*init=*/busybox", "*init=*/sulogin"};

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		if (fnmatch(patterns[i], word, 0) == 0)
			return true;
	return false;
}

/* As Linux splits its line, in which 0xA0 is a blank, too (lib/ctype.c). A character of UTF-16 that
 * is not ASCII's becomes UTF-8 before (drivers/firmware/efi/libstub), which may have such a byte.
 */
static bool is_blank(unsigned character, size_t step)
{
	if (character < 0x80)
		return isspace((int)character);
	return step == 1 ? character == 0xA0
			 : (character & 0x3F) == 0x20 || (character >> 6 & 0x3F) == 0x20;
}

/* With one blank between the words. Only UTF-16 has zeros; what is above its first 256 characters
 * becomes '?'. NULL without memory; owned by the caller. */
static char *words_of(struct bytes line)
{
	size_t len = 0, step = line.len && memchr(line.data, 0, line.len) ? 2 : 1;
	char *words = malloc(line.len + 1);

	for (size_t i = 0; words && i + step <= line.len; i += step) {
		unsigned character = line.data[i] | (step == 2 ? line.data[i + 1] * 0x100u : 0);

		if (character)
			words[len++] = is_blank(character, step) ? ' '
				       : character > 0xFF        ? '?'
								 : (char)character;
	}
	if (words)
		words[len] = '\0';
	return words;
}

/* Linux and systemd take quotes away. */
static void unquote(char *word)
{
	char *end = word;

	for (; *word; word++)
		if (*word != '"' && *word != '\'')
			*end++ = *word;
	*end = '\0';
}

bool drift_line_has_shell(struct bytes line, const char *other, char ret[DRIFT_LINE_WORD_SIZE])
{
	auto_cleanup(free) char *words = words_of(line);
	char *rest = words;

	(void)text_format(ret, DRIFT_LINE_WORD_SIZE, "?");
	if (!words)
		return true;
	for (char *word; (word = strtok_r(rest, " ", &rest));) {
		if (has_word(other, word, strlen(word)))
			continue;
		unquote(word);
		if (opens_shell(word)) {
			(void)text_format(ret, DRIFT_LINE_WORD_SIZE, "%s", word);
			return true;
		}
	}
	return false;
}
