// The key stores: whether they work, what they hold, how fast they sign.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "common/keys/pace.h"
#include "common/system/terminal.h"
#include "common/tokens/refused_pin.h"
#include "common/values/encoding.h"
#include "common/values/nearest.h"
#include "enforcer/commands/commands.h"
#include "enforcer/commands/view.h"
#include "enforcer/random.h"

namespace kaspar::enforcer {

namespace {

using Configured = std::pair<std::string, KeyStoreConfiguration>;

/// The store named, or all.
Result<std::vector<Configured>> chosen_stores(const Session& session,
                                              const std::optional<std::string>& name) {
    const auto& stores = session.configuration().keystores;
    if (!name)
        return std::vector<Configured>(stores.begin(), stores.end());
    const auto found = stores.find(*name);
    if (found != stores.end())
        return std::vector<Configured>{*found};
    std::vector<std::string> known;
    for (const auto& [store, configuration] : stores)
        known.push_back(store);
    return Fault{FaultClass::input,
                 fmt::format("there is no key store '{}' in {}{}", *name,
                             session.configuration().file.string(), did_you_mean(*name, known))};
}

std::string zone_named(Session& session, std::int64_t id) {
    const auto zone = find_zone(session.database(), id);
    return zone.ok() && *zone ? zone_text((*zone)->name) : "?";
}

/// What the database knows of each key in a store, by locator. Zones may share one.
Result<std::multimap<std::string, StoredKey>> known_keys(Session& session,
                                                         const std::string& store) {
    KASPAR_TRY(const auto keys, keys_in_store(session.database(), store));
    std::multimap<std::string, StoredKey> known;
    for (const StoredKey& key : keys)
        known.emplace(key.locator, key);
    return known;
}

/// What is told of one store.
struct Looked {
    StoreFacts facts;
    std::size_t held = 0, known = 0, orphans = 0;
};

Result<Looked> look_at(Session& session, const std::string& name) {
    KASPAR_TRY(KeyStore* const store, session.with().keystores.open(name));
    KASPAR_TRY(const StoreFacts about, store->look());
    KASPAR_TRY(const auto locators, store->list());
    KASPAR_TRY(const auto known, known_keys(session, name));
    Looked looked{about, locators.size(), 0, 0};
    for (const std::string& locator : locators)
        ++(known.contains(locator) ? looked.known : looked.orphans);
    return looked;
}

Json to_json(const std::string& name, const KeyStoreConfiguration& configuration,
             const Result<Looked>& looked) {
    Json json{{"name", name},
              {"type", configuration.type},
              {"require_backup", configuration.require_backup},
              {"capacity", configuration.capacity ? Json(*configuration.capacity) : Json()},
              {"error", looked.ok() ? Json() : Json(looked.fault().words)}};
    if (!looked.ok())
        return json;
    Json algorithms = Json::array();
    for (const Algorithm algorithm : looked->facts.algorithms)
        algorithms.push_back(facts(algorithm).mnemonic);
    json.update(
        {{"what", looked->facts.what},
         {"keys", looked->held},
         {"known", looked->known},
         {"orphans", looked->orphans},
         {"algorithms", algorithms},
         {"free_space", looked->facts.free_space ? Json(*looked->facts.free_space) : Json()}});
    return json;
}

/// Who finds such a key in the store, since its removal was cut short, is to know where it is from.
Outcome note_trial_key(Session& session, const std::string& store, const std::string& locator) {
    return note_event(session.with(), std::nullopt,
                      fmt::format("key {} is made in key store {} for a trial, and removed again",
                                  locator, store),
                      "a person's word");
}

/// A key of Kaspar's in the store signs a nonce; if there is none, one is made for it and removed.
/// `retry`: a PIN that was refused is tried once more, even as the last one that the token allows.
Result<std::string> canary(Session& session, const std::string& name,
                           KeyStoreConfiguration configuration, bool retry) {
    if (retry) {
        KASPAR_CHECK(note_event(session.with(), std::nullopt,
                                fmt::format("the PIN of key store {} is tried again", name),
                                "a person's word"));
        KASPAR_CHECK(token::forget_refused_pin(configuration));
        configuration.final_try = true;
    }
    KASPAR_TRY(const auto store, open_key_store(name, configuration));
    KASPAR_TRY(const auto known, known_keys(session, name));
    for (const auto& [locator, key] : known) {
        if (key.progress != KeyProgress::ready)
            continue;
        KASPAR_TRY(const auto opened, store->open(locator, key.dnskey->key));
        KASPAR_CHECK(prove_possession(*opened, key.dnskey->key));
        return fmt::format("{} {} of {} signed a nonce that its public key verifies",
                           word(key.role), key.dnskey->tag(), zone_named(session, key.zone));
    }
    const std::string locator = to_hex(random_octets(16));
    KASPAR_CHECK(note_trial_key(session, name, locator));
    KASPAR_TRY(const PublicKey made,
               store->generate(locator, {Algorithm::ecdsap256sha256, 256}, {"test", "canary"}));
    auto opened = store->open(locator, made);
    auto proven = opened.ok() ? prove_possession(**opened, made) : Outcome(opened.fault());
    KASPAR_CHECK(store->destroy(locator));
    if (!proven.ok())
        return std::move(proven).fault();
    return std::string("a key made for the test signed a nonce, and is removed");
}

/// A key for measuring; removed when dropped.
class BenchKey {
  public:
    static Result<BenchKey> make(Session& session, KeyStore& store, const KeyShape& shape) {
        const std::string locator = to_hex(random_octets(16));
        KASPAR_CHECK(note_trial_key(session, store.name(), locator));
        KASPAR_TRY(PublicKey made, store.generate(locator, shape, {"bench", "canary"}));
        return BenchKey(store, locator, std::move(made));
    }
    BenchKey(BenchKey&& other) noexcept
        : store_(std::exchange(other.store_, nullptr)),
          locator_(std::move(other.locator_)),
          made_(std::move(other.made_)) {}
    BenchKey& operator=(BenchKey&&) = delete;
    ~BenchKey() {
        if (store_ != nullptr)
            (void)store_->destroy(locator_);
    }
    const std::string& locator() const { return locator_; }
    const PublicKey& public_half() const { return made_; }

  private:
    BenchKey(KeyStore& store, std::string locator, PublicKey made)
        : store_(&store), locator_(std::move(locator)), made_(std::move(made)) {}
    KeyStore* store_;
    std::string locator_;
    PublicKey made_;
};

/// 1, 2, 4, … and the number itself.
std::vector<unsigned> doublings(unsigned most) {
    std::vector<unsigned> numbers;
    for (unsigned number = 1; number < most; number *= 2)
        numbers.push_back(number);
    numbers.push_back(most);
    return numbers;
}

Result<double> pace_with(const Configured& configured, const BenchKey& key, unsigned sessions,
                         std::chrono::milliseconds length) {
    KeyStoreConfiguration configuration = configured.second;
    configuration.sessions = sessions;
    KASPAR_TRY(const auto store, open_key_store(configured.first, configuration));
    KASPAR_TRY(const auto opened, store->open(key.locator(), key.public_half()));
    // Where the token signs, two threads keep all of its sessions busy.
    const unsigned threads = opened->signs_elsewhere() ? 2 : sessions;
    // Not counted: the sessions log in, and pieces find their size.
    KASPAR_TRY(const double first, signatures_per_second(*opened, threads, length / 3));
    (void)first;
    return signatures_per_second(*opened, threads, length);
}

}  // namespace

Ending keystore_list(Session& session) {
    Json list = Json::array();
    Table table({{"key store"},
                 {"what"},
                 {"keys", Column::Align::right},
                 {"known", Column::Align::right},
                 {"orphans", Column::Align::right}});
    bool all_good = true;
    for (const auto& [name, configuration] : session.configuration().keystores) {
        const auto looked = look_at(session, name);
        all_good = all_good && looked.ok();
        list.push_back(to_json(name, configuration, looked));
        if (looked.ok())
            table.add({name, looked->facts.what, std::to_string(looked->held),
                       std::to_string(looked->known), std::to_string(looked->orphans)});
        else
            table.add({name, {looked.fault().words, Tint::bad}, "-", "-", "-"});
    }
    print(session.json() ? list.dump(2) + "\n" : table.text(standard_output()));
    return all_good ? ExitStatus::done : ExitStatus::attention;
}

Ending keystore_test(Session& session, const std::optional<std::string>& name, bool retry) {
    KASPAR_TRY(const auto stores, chosen_stores(session, name));
    Json list = Json::array();
    bool all_good = true;
    for (const auto& [store, configuration] : stores) {
        const auto tried = canary(session, store, configuration, retry);
        all_good = all_good && tried.ok();
        const std::string words = tried.ok() ? *tried : tried.fault().words;
        list.push_back({{"name", store}, {"good", tried.ok()}, {"words", words}});
        if (!session.json())
            print(fmt::format("{}: {}{}\n", store, tried.ok() ? "good: " : "", words));
    }
    if (session.json())
        print(list.dump(2) + "\n");
    return all_good ? ExitStatus::done : ExitStatus::attention;
}

Ending keystore_keys(Session& session, const std::string& name) {
    KASPAR_TRY(const auto chosen, chosen_stores(session, name));
    KASPAR_TRY(KeyStore* const store, session.with().keystores.open(name));
    KASPAR_TRY(const auto held, store->keys());
    KASPAR_TRY(const auto known, known_keys(session, name));
    Json list = Json::array();
    Table table({{"locator"}, {"label"}, {"algorithm"}, {"zone"}, {"key"}});
    const auto add = [&](const std::string& locator, const std::string& label,
                         const std::string& algorithm, const std::string& zone,
                         const std::string& key) {
        list.push_back({{"locator", locator},
                        {"label", label},
                        {"algorithm", algorithm},
                        {"zone", zone},
                        {"key", key}});
        table.add({locator, label, algorithm, zone, key});
    };
    bool complete = true;
    for (const HeldKey& key : held) {
        const std::string kind =
            key.public_half ? std::string(facts(key.public_half->algorithm).mnemonic) : "?";
        const auto [begin, end] = known.equal_range(key.locator);
        for (auto at = begin; at != end; ++at)
            add(key.locator, key.label, kind, zone_named(session, at->second.zone),
                fmt::format("{} {}", word(at->second.role),
                            at->second.dnskey ? at->second.dnskey->tag() : 0));
        if (begin == end)
            add(key.locator, key.label, kind, "-", "orphan: no zone of Kaspar's has it");
    }
    for (const auto& [locator, key] : known) {
        const bool there =
            std::any_of(held.begin(), held.end(),
                        [&wanted = locator](const HeldKey& one) { return one.locator == wanted; });
        if (there)
            continue;
        complete = false;
        add(locator, "", std::string(facts(key.algorithm).mnemonic), zone_named(session, key.zone),
            fmt::format("{} {}: MISSING from the store", word(key.role),
                        key.dnskey ? key.dnskey->tag() : 0));
    }
    if (session.json())
        print(list.dump(2) + "\n");
    else
        print(table.empty() ? "no keys\n" : table.text(standard_output()));
    return complete ? ExitStatus::done : ExitStatus::attention;
}

Ending keystore_bench(Session& session, const KeyStoreBench& asked) {
    KASPAR_TRY(const auto chosen, chosen_stores(session, asked.store));
    const Configured& configured = chosen.front();
    const auto algorithm = algorithm_from_text(asked.algorithm);
    if (!algorithm)
        return Fault{FaultClass::usage,
                     fmt::format("--algorithm '{}' is not known", asked.algorithm)};
    KASPAR_TRY(KeyStore* const store, session.with().keystores.open(configured.first));
    KASPAR_TRY(const BenchKey key,
               BenchKey::make(session, *store, {*algorithm, facts(*algorithm).default_bits}));
    Json list = Json::array();
    Table table(
        {{"sessions", Column::Align::right}, {"signatures per second", Column::Align::right}});
    for (const unsigned sessions : doublings(asked.most.value_or(configured.second.sessions))) {
        KASPAR_TRY(const double pace,
                   pace_with(configured, key, sessions, std::chrono::milliseconds(1500)));
        list.push_back({{"sessions", sessions}, {"signatures_per_second", pace}});
        table.add({std::to_string(sessions), fmt::format("{:.0f}", pace)});
    }
    print(session.json() ? list.dump(2) + "\n" : table.text(standard_output()));
    return ExitStatus::done;
}

}  // namespace kaspar::enforcer
