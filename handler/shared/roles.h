/* roles.h - what guest-attest is besides the operator's command: the five commands of the guest
 * agent, and the service. One program holds all of them, because they share most of its code. */
#ifndef HANDLER_SHARED_ROLES_H
#define HANDLER_SHARED_ROLES_H

#include "handler.h"

handler_work handler_install, handler_enable, handler_disable, handler_update, handler_uninstall;

/* As main(): argv[0] is the program's name, the exit code is returned. */
int monitor_main(int argc, char **argv);

#endif
