#include "common/keys/frequent_keys.h"

#include <algorithm>
#include <mutex>
#include <vector>

namespace kaspar {

bool FrequentKey::knows(BytesView digest, BytesView signature) const {
    const P256Table* table = ready_.load(std::memory_order_acquire);
    return table && table->verify(digest, signature);
}

void FrequentKey::count(BytesView digest, BytesView signature) {
    if (ready_.load(std::memory_order_relaxed) || ++counted_ != table_pays)
        return;
    table_ = make_p256_table(point_);
    if (table_ && table_->verify(digest, signature))
        ready_.store(table_.get(), std::memory_order_release);
}

namespace {

/// The keys that were asked for last, the last one first. A table takes 150 KB.
class Recent {
  public:
    std::shared_ptr<FrequentKey> find(BytesView point) {
        const std::lock_guard lock(mutex_);
        auto found = std::ranges::find_if(
            keys_, [&](const auto& key) { return std::ranges::equal(key->point(), point); });
        if (found == keys_.end()) {
            if (keys_.size() == most)
                keys_.pop_back();
            found = keys_.insert(keys_.end(), std::make_shared<FrequentKey>(point));
        }
        std::rotate(keys_.begin(), found, found + 1);
        return keys_.front();
    }

  private:
    static constexpr std::size_t most = 64;

    std::mutex mutex_;
    std::vector<std::shared_ptr<FrequentKey>> keys_;
};

}  // namespace

std::shared_ptr<FrequentKey> frequent_key(BytesView point) {
    static Recent recent;
    return recent.find(point);
}

}  // namespace kaspar
