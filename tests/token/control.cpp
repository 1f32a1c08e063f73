#include "tests/token/control.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "common/system/descriptor.h"
#include "tests/token/functions.h"

namespace kaspar::test {

/// The content of the file `calls`; zero when new, which stands for "no rules, no calls".
struct Control::Shared {
    Version rules;                          ///< of the rules since which is counted; under the lock
    std::atomic<std::uint64_t> generation;  ///< changes with the rules
    /// Each with the generation in which it counts in its upper half, so that a process that has
    /// not seen the new rules yet cannot add to their count.
    std::atomic<std::uint64_t> calls[any_function + 1];
    static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
};

namespace {

constexpr int half = 32;

std::uint64_t generation_of(std::uint64_t count) {
    return count >> half;
}
std::uint64_t number_of(std::uint64_t count) {
    return count & 0xffff'ffff;
}

/// Keeps other processes, and other Controls of this one, from following a change of the rules.
class Lock {
  public:
    explicit Lock(const std::filesystem::path& file)
        : file_(::open(file.c_str(), O_RDWR | O_CLOEXEC)) {
        require(file_.valid() && ::flock(file_.number(), LOCK_EX) == 0,
                "the test token's control folder is there while its module is called");
    }

  private:
    Descriptor file_;
};

std::string content(const std::string& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

}  // namespace

Control::Control(std::filesystem::path folder)
    : folder_(std::move(folder)), rules_file_(folder_ / "rules") {
    const Descriptor file(::open((folder_ / "calls").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    require(file.valid() && ::ftruncate(file.number(), sizeof(Shared)) == 0,
            "the test token has a control folder that can be written");
    void* const memory =
        ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED, file.number(), 0);
    require(memory != MAP_FAILED, "the test token's counters can be mapped");
    shared_ = static_cast<Shared*>(memory);
}

Control::~Control() {
    ::munmap(shared_, sizeof(Shared));
}

Control::Version Control::version() const {
    struct stat found {};
    if (::stat(rules_file_.c_str(), &found) != 0)
        return {};
    return {found.st_ino, found.st_mtim.tv_sec * 1'000'000'000 + found.st_mtim.tv_nsec,
            found.st_size};
}

void Control::read_rules() {
    auto parsed = parse_rules(content(rules_file_));
    if (!parsed.ok())
        require(false, parsed.fault().words.c_str());
    rules_ = std::move(parsed).value();
}

bool Control::up_to_date() {
    if (generation_ != shared_->generation)
        return false;
    const auto now = std::chrono::steady_clock::now();
    if (known_ && now < look_again_)
        return true;
    look_again_ = now + std::chrono::milliseconds(1);
    return known_ == version();
}

/// Sees to it that these are the rules of now, and that the count is theirs.
void Control::follow() {
    if (!up_to_date())
        adopt();
}

void Control::adopt() {
    const Lock lock(folder_ / "calls");
    known_ = version();
    read_rules();
    if (shared_->rules != *known_) {
        ++shared_->generation;
        shared_->rules = *known_;
    }
    generation_ = shared_->generation;
}

/// The number of this call; nothing if the rules have changed meanwhile.
std::optional<std::uint64_t> Control::count(std::size_t function) {
    auto& counter = shared_->calls[function];
    auto before = counter.load();
    for (;;) {
        if (generation_of(before) > generation_)
            return std::nullopt;
        const auto number = generation_of(before) == generation_ ? number_of(before) + 1 : 1;
        if (counter.compare_exchange_weak(before, (generation_ << half) | number))
            return number;
    }
}

Fate Control::next_call(std::size_t function) {
    const std::lock_guard guard(mutex_);
    for (;;) {
        follow();
        const auto call = count(function);
        const auto call_of_all = call ? count(any_function) : std::nullopt;
        if (call_of_all)
            return fate(function, *call, *call_of_all);
    }
}

Fate Control::fate(std::size_t function, std::uint64_t call, std::uint64_t call_of_all) const {
    Fate fate;
    for (const Rule& rule : rules_) {
        const auto number = rule.function == any_function ? call_of_all : call;
        const bool meant = (rule.function == any_function || rule.function == function) &&
                           rule.first <= number && number <= rule.last;
        if (meant && rule.action == Action::delay)
            fate.delay += rule.delay;
        else if (meant && !fate.rule)
            fate.rule = rule;
    }
    return fate;
}

std::uint64_t Control::calls(std::size_t function) {
    const std::lock_guard guard(mutex_);
    follow();
    const auto count = shared_->calls[function].load();
    return generation_of(count) == generation_ ? number_of(count) : 0;
}

void Control::write_rules(std::string_view text) {
    const std::lock_guard guard(mutex_);
    const auto fresh = rules_file_ + ".new";
    std::ofstream(fresh, std::ios::binary) << text;
    std::filesystem::rename(fresh, rules_file_);
    adopt();
}

}  // namespace kaspar::test
