#include "check.h"
#include "page/html.h"

static void text_is_never_markup(void **state)
{
	static const struct {
		const char *text, *html;
	} rows[] = {
		{"plain", "plain"},
		{"", ""},
		{"<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
		{"\" onload='x' & y", "&quot; onload=&#39;x&#39; &amp; y"},
		{"&lt;", "&amp;lt;"},
		{"Grüße €, 漢字 🙂", "Grüße €, 漢字 🙂"},
		{"a\u202Eexe.gnp", "a<span class=\"odd\">U+202E</span>exe.gnp"},
		{"\u2066\u2069", "<span class=\"odd\">U+2066</span><span class=\"odd\">U+2069</span>"},
		{"zero\u200Bwidth", "zero<span class=\"odd\">U+200B</span>width"},
		{"line\nbreak\x1b[0m",
			"line<span class=\"odd\">U+0A</span>break<span class=\"odd\">U+1B</span>[0m"},
		{"\xc2\x85", "<span class=\"odd\">U+85</span>"},
		{"\xff\xc0<", "<span class=\"odd\">0xFF</span><span class=\"odd\">0xC0</span>&lt;"},
		{"\xe2\x80", "<span class=\"odd\">0xE2</span><span class=\"odd\">0x80</span>"},
		{"\xed\xa0\x80",
			"<span class=\"odd\">0xED</span><span class=\"odd\">0xA0</span><span class=\"odd\">0x80</span>"},
		{"\xf3\xa0\x81\x81", "<span class=\"odd\">U+E0041</span>"},
		{"\xef\xbf\xbf", "<span class=\"odd\">U+FFFF</span>"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_cleanup(html) struct html html = html_with_max(1000);
		struct err err;

		html_put(&html, "");
		html_text(&html, rows[i].text);
		check_ok(html_end(&html, &err), &err);
		assert_string_equal((char *)html.buf.data, rows[i].html);
	}
}

static void a_format_is_escaped_as_a_whole(void **state)
{
	auto_cleanup(html) struct html html = html_with_max(1000);
	struct err err;

	(void)state;
	html_put(&html, "<p>");
	html_format(&html, "%s <%d>", "a&b", 7);
	html_put(&html, "</p>");
	check_ok(html_end(&html, &err), &err);
	assert_string_equal((char *)html.buf.data, "<p>a&amp;b &lt;7&gt;</p>");
}

static void a_page_past_its_maximum_is_none(void **state)
{
	auto_cleanup(html) struct html html = html_with_max(5);
	struct err err;

	(void)state;
	html_text(&html, "<<");
	html_text(&html, "a");
	check_err(html_end(&html, &err), &err, ERR_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_never_markup),
		cmocka_unit_test(a_format_is_escaped_as_a_whole),
		cmocka_unit_test(a_page_past_its_maximum_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
