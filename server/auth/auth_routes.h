/* SPDX-License-Identifier: Apache-2.0 */
/* auth_routes.h — the handlers of accounts, sessions and the journal, for the module's table
 * (auth.c). */
#ifndef HN_AUTH_ROUTES_H
#define HN_AUTH_ROUTES_H

#include "server/http/http.h"

http_handler account_api_list, account_api_create, account_api_get, account_api_update,
    account_api_reset, account_api_me;
http_handler token_api_list, token_api_create, token_api_revoke;
http_handler session_api_list, session_api_revoke;
http_handler audit_api_list;

http_handler session_page_login, session_page_sign_in, session_page_sign_out;
http_handler setup_page_show, setup_page_qr, setup_page_finish;
http_handler me_page_show, me_page_password, me_page_revoke;
http_handler account_page_list, account_page_new, account_page_create, account_page_show,
    account_page_update, account_page_reset, account_page_revoke;
http_handler token_page_list, token_page_create, token_page_revoke;
http_handler audit_page_list;

#endif
