// Tokens of SoftHSM, for one test: a SoftHSM configuration in a temporary folder, with one token or
// several. They are copies of a template that is initialised once per test process and PIN, under
// labels and serial numbers of their own.
//
// SoftHSM rewrites a token's file at every log-in: a process that is killed meanwhile destroys the
// token, and others that log in meanwhile may not see it. So let processes log in one after the
// other; objects() and set_pin() log in, too.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/support/temp_folder.h"

namespace kaspar::test {

/// An object on a token, as pkcs11-tool lists it.
struct TokenObject {
    std::string kind;  ///< "Private Key", "Public Key", "Secret Key", "Certificate", "Data"
    std::string label;
    std::string id;  ///< CKA_ID in hexadecimal
    bool operator==(const TokenObject&) const = default;
};

class SoftToken {
  public:
    static constexpr auto module_file = "/usr/lib/softhsm/libsofthsm2.so";

    /// A label has at most 32 octets.
    explicit SoftToken(std::string label = "kaspar", std::string pin = "123456");
    SoftToken(const SoftToken&) = delete;
    SoftToken& operator=(const SoftToken&) = delete;

    /// One more token in the same configuration, so that one process sees both.
    void add(const std::string& label, const std::string& pin = "123456");

    /// A token with the keys and the PIN that the first one has now, in the same configuration; the
    /// label may be the same. Its serial number is another.
    void add_clone(const std::string& label);

    /// The same in a configuration of its own: another machine. Nothing done to one is seen at the
    /// other.
    SoftToken clone() const { return clone(label()); }
    SoftToken clone(const std::string& label) const;

    /// What processes must have in their environment to see the tokens.
    std::map<std::string, std::string> environment() const;

    /// Puts it into this process's environment, for good. SoftHSM looks at C_Initialize.
    void use() const;

    const std::string& label() const { return tokens_.front().label; }
    const std::string& pin() const { return tokens_.front().pin; }
    const std::string& pin(const std::string& label) const { return token(label).pin; }
    const std::string& serial() const { return tokens_.front().serial; }
    const std::filesystem::path& folder() const { return folder_.path(); }

    /// The folder of the token's files, when it is there.
    std::filesystem::path files() const { return files(label()); }
    std::filesystem::path files(const std::string& label) const;

    /// The token vanishes, with all its files; put_back() brings it back as it was.
    void remove() { remove(label()); }
    void remove(const std::string& label);
    void put_back() { put_back(label()); }
    void put_back(const std::string& label);

    /// By the user's own hand (C_SetPIN, in another process).
    void set_pin(const std::string& pin) { set_pin(label(), pin); }
    void set_pin(const std::string& label, const std::string& pin);

    /// All objects on it, private ones included, sorted by id and kind.
    std::vector<TokenObject> objects() const { return objects(label()); }
    std::vector<TokenObject> objects(const std::string& label) const;

  private:
    struct Token {
        std::string label, pin, serial;
    };
    struct Nothing {};

    explicit SoftToken(Nothing);
    SoftToken(const SoftToken& original, const std::string& label);
    void copy(const std::filesystem::path& files, const Token& from, const std::string& label);
    const Token& token(const std::string& label) const;
    std::string pkcs11_tool(const Token& token, std::vector<std::string> arguments) const;

    TempFolder folder_;
    std::vector<Token> tokens_;
};

}  // namespace kaspar::test
