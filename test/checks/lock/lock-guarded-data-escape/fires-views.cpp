// Ways into guarded data that do not look like references.
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

struct Player {
  int id = 0;
  int score = 0;
};

class Lobby {
public:
  void enter(Player player) {
    std::lock_guard<std::mutex> hold(mutex_);
    players_.emplace(player.id, player);
    order_.push_back(player.id);
    motto_ = "go";
  }
  void leave(int id) {
    std::lock_guard<std::mutex> hold(mutex_);
    players_.erase(id);
    order_.clear();
    motto_.clear();
  }
  Player *find(int id) {
    std::lock_guard<std::mutex> hold(mutex_);
    auto it = players_.find(id);
    return it == players_.end() ? nullptr : &it->second; // expect: lock-guarded-data-escape "returns a pointer into 'players_'"
  }
  std::vector<int>::const_iterator begin() const {
    std::lock_guard<std::mutex> hold(mutex_);
    return order_.begin(); // expect: lock-guarded-data-escape "'order_'"
  }
  const char *motto() const {
    std::lock_guard<std::mutex> hold(mutex_);
    return motto_.c_str(); // expect: lock-guarded-data-escape "'motto_'"
  }
  std::span<const int> order() const {
    std::lock_guard<std::mutex> hold(mutex_);
    return {order_.data(), order_.size()}; // expect: lock-guarded-data-escape "returns a view into 'order_'"
  }
  void share(const std::vector<int> *&out) {
    std::lock_guard<std::mutex> hold(mutex_);
    out = &order_; // expect: lock-guarded-data-escape "hands out a pointer to 'order_'"
  }

private:
  mutable std::mutex mutex_;
  std::unordered_map<int, Player> players_;
  std::vector<int> order_;
  std::string motto_;
};
