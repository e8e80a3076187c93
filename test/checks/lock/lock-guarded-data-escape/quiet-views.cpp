// Copies, and ways into what is not guarded.
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

struct Player {
  int id = 0;
};

class Lobby {
public:
  void enter(std::shared_ptr<Player> player) {
    std::lock_guard<std::mutex> hold(mutex_);
    players_[player->id] = player;
    order_.push_back(player->id);
    motto_ = "go";
  }
  void leave(int id) {
    std::lock_guard<std::mutex> hold(mutex_);
    players_.erase(id);
    order_.clear();
    motto_.clear();
  }
  // trap: what a shared pointer in the container points to is another object
  Player *find(int id) {
    std::lock_guard<std::mutex> hold(mutex_);
    auto it = players_.find(id);
    return it == players_.end() ? nullptr : it->second.get();
  }
  // trap: a copy of the element
  bool first(int &out) {
    std::lock_guard<std::mutex> hold(mutex_);
    if (order_.empty())
      return false;
    out = *order_.begin();
    return true;
  }
  // trap: a copy made of a view
  std::string motto() const {
    std::lock_guard<std::mutex> hold(mutex_);
    return motto_.c_str();
  }
  // trap: a copy is handed out
  void share(std::vector<int> &out) {
    std::lock_guard<std::mutex> hold(mutex_);
    out = order_;
  }
  // trap: a view of what never changes
  const char *name() const { return name_.c_str(); }

private:
  mutable std::mutex mutex_;
  std::unordered_map<int, std::shared_ptr<Player>> players_;
  std::vector<int> order_;
  std::string motto_;
  const std::string name_ = "lobby";
};

// trap: only the class itself gets the iterator
class Index {
public:
  int at(int key) {
    std::lock_guard<std::mutex> hold(mutex_);
    auto it = look(key);
    return it == all_.end() ? 0 : it->second;
  }
  void put(int key, int value) {
    std::lock_guard<std::mutex> hold(mutex_);
    all_[key] = value;
  }

private:
  std::map<int, int>::iterator look(int key) { return all_.find(key); }
  std::mutex mutex_;
  std::map<int, int> all_;
};
