// Three classes in a circle of locks, and a chain of four that knows no leaf.
#include <mutex>
#include <vector>

struct Store;
struct Cache { // expect: web-lock-web "'Cache', 'Index' and 'Store' lock one another's mutexes while they hold their own: 6 orders to respect"
  std::mutex mu;
  int hits = 0;
  void clear() { // note: "'Cache::clear' becomes a message, sent without waiting"
    std::lock_guard lock(mu);
    hits = 0;
  }
  void drop(Store &store);
};
struct Index {
  std::mutex mu;
  int keys = 0;
  void update(Cache &cache) {
    std::lock_guard lock(mu);
    ++keys;
    cache.clear(); // note: "Index -> Cache"
  }
};
struct Store {
  std::mutex mu;
  int puts = 0;
  void put(Index &index, Cache &cache) {
    std::lock_guard lock(mu);
    ++puts;
    index.update(cache); // note: "Store -> Index"
  }
  void touch() {
    std::lock_guard lock(mu);
    ++puts;
  }
};
void Cache::drop(Store &store) {
  std::lock_guard lock(mu);
  --hits;
  store.touch(); // note: "Cache -> Store"
}

// No circle, but six orders: each may hold all that follow.
struct Socket {
  std::mutex mu;
  int sent = 0;
  void send() {
    std::lock_guard lock(mu);
    ++sent;
  }
};
struct Session { // expect: web-lock-web "'Admin', 'Room', 'Server' and 'Session' lock one another's mutexes"
  std::mutex mu;
  int n = 0;
  void write(Socket &s) {
    std::lock_guard lock(mu);
    ++n;
    s.send();
  }
};
struct Room {
  std::mutex mu;
  int n = 0;
  void say(Session &session, Socket &s) {
    std::lock_guard lock(mu);
    ++n;
    session.write(s);
  }
};
struct Server {
  std::mutex mu;
  int n = 0;
  void tick(Room &room, Session &session, Socket &s) {
    std::lock_guard lock(mu);
    ++n;
    room.say(session, s);
    session.write(s);
  }
};
struct Admin {
  std::mutex mu;
  int n = 0;
  void kick(Server &server, Room &room, Session &session, Socket &s) {
    std::lock_guard lock(mu);
    ++n;
    server.tick(room, session, s);
  }
};
