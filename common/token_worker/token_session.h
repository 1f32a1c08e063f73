// One token, logged in, through libpkcs11-helper: it finds the token, logs in with the one attempt
// that a worker has, and signs. The helper keeps one session; if the module takes that away, the
// helper would log in again, and is not let: a new worker does that, one attempt at a time.
#pragma once

#include <map>
#include <memory>

#include "common/system/secret.h"
#include "common/token_worker/cryptoki.h"

namespace kaspar::token {

class TokenSession {
  public:
    TokenSession();
    ~TokenSession();
    TokenSession(const TokenSession&) = delete;
    TokenSession& operator=(const TokenSession&) = delete;

    /// Loads the module, finds the token and logs in. Called once.
    Reply open(const Request& request, const Secret& pin);

    /// Signs the inputs one after the other. The key must be there: an unknown id would cost the
    /// login.
    Reply sign(const Request& request);

    bool is_open() const { return functions_ != nullptr; }
    const CK_FUNCTION_LIST& functions() const { return *functions_; }
    CK_SLOT_ID slot() const { return slot_; }

  private:
    Reply load(const std::string& module);
    Reply find_token(const Request& request);
    Reply check_pin_state(bool final_try) const;
    Reply log_in(const Secret& pin);
    TokenFacts token_facts() const;
    struct Certificate;
    Reply certificate(const Bytes& id, Certificate*& found);

    CK_FUNCTION_LIST* functions_ = nullptr;
    CK_SLOT_ID slot_ = 0;
    CK_TOKEN_INFO info_{};
    pkcs11h_token_id_t token_ = nullptr;
    std::map<Bytes, std::unique_ptr<Certificate>> certificates_;
};

}  // namespace kaspar::token
