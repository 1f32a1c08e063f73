#include "enforcer/servers/inquiry.h"

#include <fmt/format.h>

#include "common/system/secret.h"

namespace kaspar::enforcer {

void Inquiry::add(const ServerAddress& server, Question question, Take take) {
    auto key = tsig_key(configuration_, server.tsig_key);
    if (!key.ok())
        return take(std::move(key).fault());
    askings_.push_back({server, std::move(question), std::move(key).value()});
    takes_.push_back(std::move(take));
}

Duration Inquiry::run() {
    const auto began = std::chrono::steady_clock::now();
    const auto answers = ask(askings_);
    for (std::size_t i = 0; i < answers.size(); ++i)
        takes_[i](answers[i]);
    return std::chrono::ceil<Duration>(std::chrono::steady_clock::now() - began);
}

Result<std::optional<TsigKey>> tsig_key(const Configuration& configuration,
                                        const std::string& name) {
    if (name.empty())
        return std::optional<TsigKey>{};
    const auto found = configuration.tsig_keys.find(name);
    if (found == configuration.tsig_keys.end())
        return Fault{FaultClass::input,
                     fmt::format("there is no TSIG key \"{}\" under \"tsig_keys\" in {}", name,
                                 configuration.file.string())};
    KASPAR_TRY(Secret secret, read_secret(found->second.secret, "Secret of TSIG key " + name));
    return std::optional(
        TsigKey{name, found->second.algorithm, std::make_shared<const Secret>(std::move(secret))});
}

}  // namespace kaspar::enforcer
