/* Takes the place of outlook.c in a build without foretell/. */
#include "service/outlook.h"

void outlook_look(const struct outlook_inputs *inputs, struct outlook *ret)
{
	(void)inputs;
	*ret = (struct outlook){0};
}
