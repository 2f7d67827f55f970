#include "server.h"

#include <ctype.h>
#include <microhttpd.h>
#include <string.h>
#include "base/log.h"
#include "base/text.h"
#include "clients.h"

#define THREADS           4
#define CONNECTION_MEMORY (32u << 10) /* headers and buffers of one connection */
#define IDLE_LIMIT_S      10u
#define API_VERSION       "api-version"
#define TOO_LARGE         "The body is larger than this provider reads."
#define REQUEST_ID_SIZE   64

struct server {
	struct MHD_Daemon *daemon;
	const struct service *service;
	char *tls_cert, *tls_key;
	struct clients *clients;
};

/* One request while it comes in. */
struct upload {
	const struct route *route;
	struct client *client;
	struct buf body;
	size_t taken; /* of what its client may hold */
	struct service_answer answer; /* status 0 until there is a reason to refuse */
	const char *allowed; /* the address's method if the client's is another, else NULL */
};

struct route {
	const char *path, *method;
	void (*answer)(const struct service *, struct bytes body, struct service_answer *);
	bool is_versioned;
	bool is_kept; /* the answer may be used again for an hour */
};

static const struct route routes[] = {
	{"/attest/AzureGuest", MHD_HTTP_METHOD_POST, service_attest, true, false},
	{"/certs", MHD_HTTP_METHOD_GET, service_keys, false, true},
	{"/.well-known/openid-configuration", MHD_HTTP_METHOD_GET, service_metadata, false, true},
};

/* ---- connections ---- */

static enum MHD_Result may_connect(void *context, const struct sockaddr *address, socklen_t len)
{
	const struct server *server = context;

	(void)len;
	return clients_may_connect(server->clients, address) ? MHD_YES : MHD_NO;
}

/* libmicrohttpd closes the socket after the notification, and completes its request before. */
static void connection_changed(void *context, struct MHD_Connection *mhd, void **socket_context,
	enum MHD_ConnectionNotificationCode code)
{
	struct server *server = context;
	const union MHD_ConnectionInfo *fd =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
	const union MHD_ConnectionInfo *address =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		client_close(server->clients, *socket_context);
		*socket_context = NULL;
	} else if (fd) {
		*socket_context = client_open(
			server->clients, fd->connect_fd, address ? address->client_addr : NULL);
	}
}

static struct client *client_of(struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

void server_reap(struct server *server)
{
	clients_reap(server->clients);
}

/* ---- bodies ---- */

static void drop_body(struct server *server, struct upload *upload)
{
	buf_done(&upload->body);
	client_give_back(server->clients, upload->client, upload->taken);
	upload->taken = 0;
}

static void upload_free(struct server *server, struct upload *upload)
{
	drop_body(server, upload);
	service_answer_done(&upload->answer);
	free(upload);
}

/* The refused body's rest is read and thrown away: then the client sees the answer (RFC 9112, 9.6).
 * The deadline bounds that. */
static void refuse_body(struct server *server, struct upload *upload, unsigned int status,
	const char *code, const char *message)
{
	drop_body(server, upload);
	service_refuse(status, code, message, &upload->answer);
}

static void receive(struct server *server, struct upload *upload, struct bytes chunk)
{
	struct err err;

	if (upload->answer.error)
		return;
	if (chunk.len > SERVICE_MAX_BODY - upload->body.len) {
		refuse_body(server, upload, MHD_HTTP_CONTENT_TOO_LARGE, "RequestTooLarge", TOO_LARGE);
		return;
	}
	if (client_take(server->clients, upload->client, chunk.len)) {
		upload->taken += chunk.len;
		if (buf_append(&upload->body, chunk.data, chunk.len, &err) == 0)
			return;
	}
	refuse_body(server, upload, MHD_HTTP_SERVICE_UNAVAILABLE, "ServerBusy",
		"Too much is being received, from this address or from all; try again.");
}

/* ---- answers ---- */

/* W3C trace context form, as Azure's services send it. */
static void make_request_id(char ret[REQUEST_ID_SIZE])
{
	char trace[33] = "0", span[17] = "0";
	struct err err;

	if (issue_random_hex(16, trace, &err) < 0 || issue_random_hex(8, span, &err) < 0)
		log_err(LOG_LEVEL_WARNING, &err);
	(void)text_format(ret, REQUEST_ID_SIZE, "00-%s-%s-00", trace, span);
}

static void add_headers(
	struct MHD_Response *response, const struct service_answer *answer, const char *id)
{
	(void)MHD_add_response_header(response, "Content-Type", "application/json; charset=utf-8");
	(void)MHD_add_response_header(response, "Server", "attestation-provider/" VERSION);
	(void)MHD_add_response_header(response, "x-ms-request-id", id);
	(void)MHD_add_response_header(response, "x-ms-maa-service-version", VERSION);
	if (answer->error)
		(void)MHD_add_response_header(response, "x-ms-error-code", answer->error);
	if (answer->status == MHD_HTTP_SERVICE_UNAVAILABLE)
		(void)MHD_add_response_header(response, "Retry-After", "2");
}

/* What an answer goes to. */
struct target {
	struct MHD_Connection *mhd;
	const char *method, *path;
};

/* "" if the client gives none. */
static const char *client_id_of(const struct target *from)
{
	const char *id =
		MHD_lookup_connection_value(from->mhd, MHD_HEADER_KIND, "x-ms-client-request-id");

	return id ? id : "";
}

static enum MHD_Result send_answer(const struct target *to, const struct upload *upload)
{
	const struct service_answer *answer = &upload->answer;
	char id[REQUEST_ID_SIZE];
	struct MHD_Response *response = MHD_create_response_from_buffer(
		answer->body.len, answer->body.data, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	make_request_id(id);
	add_headers(response, answer, id);
	if (upload->allowed)
		(void)MHD_add_response_header(response, "Allow", upload->allowed);
	if (!answer->error && upload->route->is_kept)
		(void)MHD_add_response_header(response, "Cache-Control", "max-age=3600");
	log_line(LOG_LEVEL_INFO, "%.16s %.60s: %u%s%s (%s, of the client: %.36s)", to->method,
		to->path, answer->status, answer->error ? " " : "",
		answer->error ? answer->note : "", id, client_id_of(to));
	result = MHD_queue_response(to->mhd, answer->status, response);
	MHD_destroy_response(response);
	return result;
}

/* ---- requests ---- */

static const struct route *find_route(const char *path)
{
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		if (strcmp(routes[i].path, path) == 0)
			return &routes[i];
	return NULL;
}

static bool is_method(const struct route *route, const char *method)
{
	if (strcmp(method, MHD_HTTP_METHOD_HEAD) == 0)
		method = MHD_HTTP_METHOD_GET;
	return strcmp(route->method, method) == 0;
}

static bool is_version(struct MHD_Connection *mhd, const struct route *route)
{
	const char *version = MHD_lookup_connection_value(mhd, MHD_GET_ARGUMENT_KIND, API_VERSION);

	return !route->is_versioned || (version && strcmp(version, SERVICE_API_VERSION) == 0);
}

/* A client need not give an id, but what it gives must be a UUID. */
static bool is_client_id(const char *id)
{
	size_t len = strlen(id);

	if (len == 0)
		return true;
	for (size_t i = 0; i < len; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23 ? id[i] != '-'
							    : !isxdigit((unsigned char)id[i]))
			return false;
	return len == 36;
}

static bool is_too_long(const struct target *from)
{
	const char *length =
		MHD_lookup_connection_value(from->mhd, MHD_HEADER_KIND, "Content-Length");

	return length && strtoull(length, NULL, 10) > SERVICE_MAX_BODY;
}

/* What the headers already rule out. */
static void rule_out(const struct target *from, struct upload *upload)
{
	if (!upload->route)
		service_refuse(MHD_HTTP_NOT_FOUND, "NotFound", "There is nothing at this address.",
			&upload->answer);
	else if (!is_method(upload->route, from->method)) {
		upload->allowed = upload->route->method;
		service_refuse(MHD_HTTP_METHOD_NOT_ALLOWED, "MethodNotAllowed",
			"This address has another method.", &upload->answer);
	} else if (!is_version(from->mhd, upload->route))
		service_refuse(MHD_HTTP_BAD_REQUEST, "InvalidApiVersion",
			"The api-version must be " SERVICE_API_VERSION ".", &upload->answer);
	else if (!is_client_id(client_id_of(from)))
		service_refuse(MHD_HTTP_BAD_REQUEST, "InvalidClientRequestId",
			"The header x-ms-client-request-id must be a UUID.", &upload->answer);
	else if (is_too_long(from))
		service_refuse(
			MHD_HTTP_CONTENT_TOO_LARGE, "RequestTooLarge", TOO_LARGE, &upload->answer);
}

/* Headers are there. A body that is too long is not waited for. */
static enum MHD_Result begin(const struct target *from, void **ret)
{
	struct upload *upload = calloc(1, sizeof(*upload));

	if (!upload)
		return MHD_NO;
	upload->client = client_of(from->mhd);
	upload->route = find_route(from->path);
	upload->body = buf_with_max(SERVICE_MAX_BODY);
	upload->answer = service_answer_empty();
	rule_out(from, upload);
	*ret = upload;
	return is_too_long(from) ? send_answer(from, upload) : MHD_YES;
}

/* NOLINTNEXTLINE(readability-function-size): the library's signature */
static enum MHD_Result handle(void *context, struct MHD_Connection *mhd, const char *path,
	const char *method, const char *http_version, const char *data, size_t *data_size,
	void **request)
{
	const struct target from = {mhd, method, path};
	struct server *server = context;
	struct upload *upload = *request;

	(void)http_version;
	if (!upload)
		return begin(&from, request);
	if (*data_size) {
		receive(server, upload, (struct bytes){(const uint8_t *)data, *data_size});
		*data_size = 0;
		return MHD_YES;
	}
	if (!upload->answer.error)
		upload->route->answer(server->service, buf_bytes(&upload->body), &upload->answer);
	drop_body(server, upload);
	return send_answer(&from, upload);
}

static void completed(void *context, struct MHD_Connection *mhd, void **request,
	enum MHD_RequestTerminationCode reason)
{
	const struct server *server = context;

	(void)reason;
	if (*request)
		upload_free(context, *request);
	*request = NULL;
	client_renew(server->clients, client_of(mhd));
}

/* ---- start and stop ---- */

/* poll, not epoll: with TLS libmicrohttpd 0.9.75 asks an epoll socket again and again whether a
 * handshake goes on, a core for each client that stops in one. */
static struct MHD_Daemon *start_daemon(struct server *server, int listen_fd)
{
	return MHD_start_daemon(MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_TLS, 0, may_connect, server,
		handle, server, MHD_OPTION_LISTEN_SOCKET, listen_fd, MHD_OPTION_HTTPS_MEM_CERT,
		server->tls_cert, MHD_OPTION_HTTPS_MEM_KEY, server->tls_key,
		MHD_OPTION_HTTPS_PRIORITIES, "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2",
		MHD_OPTION_THREAD_POOL_SIZE, (unsigned int)THREADS, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned int)CLIENTS_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)CONNECTION_MEMORY, MHD_OPTION_CONNECTION_TIMEOUT, IDLE_LIMIT_S,
		MHD_OPTION_NOTIFY_COMPLETED, completed, server, MHD_OPTION_NOTIFY_CONNECTION,
		connection_changed, server, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_END);
}

int server_start(int listen_fd, struct bytes tls_cert_pem, struct bytes tls_key_pem,
	const struct service *service, struct server **ret, struct err *err)
{
	auto_cleanup(server) struct server *server = calloc(1, sizeof(*server));

	if (!server)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a server.");
	server->service = service;
	server->clients = clients_new();
	server->tls_cert = strndup((const char *)tls_cert_pem.data, tls_cert_pem.len);
	server->tls_key = strndup((const char *)tls_key_pem.data, tls_key_pem.len);
	if (!server->clients || !server->tls_cert || !server->tls_key)
		return err_set(err, ERR_NO_MEMORY, 0, "No memory for a server.");
	server->daemon = start_daemon(server, listen_fd);
	if (!server->daemon)
		return err_set(err, ERR_USAGE, 0,
			"The server does not start: is the TLS certificate's file a chain that fits the key?");
	*ret = steal_ptr(server);
	return 0;
}

void server_stop(struct server *server)
{
	if (!server)
		return;
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	clients_free(server->clients);
	if (server->tls_key)
		explicit_bzero(server->tls_key, strlen(server->tls_key));
	free(server->tls_key);
	free(server->tls_cert);
	free(server);
}
