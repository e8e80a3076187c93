// Circles that rest on what cannot be known.
#include <memory>
#include <mutex>
#include <vector>

// trap: what it refers to is the database's own lock, under another name
class Errors {
  std::mutex *dbMutex_;
  std::mutex mu_;
  int n_ = 0;

public:
  explicit Errors(std::mutex *m) : dbMutex_(m) {}
  void cancel() {
    dbMutex_->unlock();
    {
      std::lock_guard lock(mu_);
      ++n_;
    }
    dbMutex_->lock();
  }
  void recover(class Database &db);
};
class Database {
  std::mutex mutex_;
  Errors errors_{&mutex_};
  int n_ = 0;

public:
  void close() {
    std::lock_guard lock(mutex_);
    errors_.cancel();
  }
  void resume() {
    std::lock_guard lock(mutex_);
    ++n_;
  }
};
void Errors::recover(Database &db) {
  std::lock_guard lock(mu_);
  ++n_;
  db.resume();
}

// trap: both ways round depend on which of several implementations is meant
struct File {
  virtual ~File() = default;
  virtual void close() = 0;
};
class Tracer {
  std::mutex mu_;
  std::unique_ptr<File> file_;
  int n_ = 0;

public:
  void stop() {
    std::lock_guard lock(mu_);
    file_->close();
  }
  void note() {
    std::lock_guard lock(mu_);
    ++n_;
  }
};
class Plain : public File {
public:
  void close() override {}
};
class Traced : public File {
  Tracer &tracer_;

public:
  explicit Traced(Tracer &t) : tracer_(t) {}
  void close() override { tracer_.note(); }
};
class Testing : public File {
  std::mutex mu_;
  std::unique_ptr<File> inner_;

public:
  void close() override {
    std::lock_guard lock(mu_);
    inner_->close();
  }
};
