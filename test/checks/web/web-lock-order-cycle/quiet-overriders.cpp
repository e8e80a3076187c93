// Which destructor runs is the object's to know.
// whole-program
#include <mutex>

// trap: which destructor runs is the object's to know: a registration is no
// source, and takes no lock
class Counted {
public:
  void release() {
    if (--count_ == 0)
      delete this;
  }
  virtual ~Counted() = default;

private:
  int count_ = 1;
};
class Source final : public Counted {
public:
  void remove(Counted *registration) {
    std::lock_guard<std::mutex> hold(list_);
    --listed_;
    registration->release();
  }
  ~Source() override {
    std::lock_guard<std::mutex> hold(list_);
    listed_ = 0;
  }

private:
  std::mutex list_;
  int listed_ = 0;
};
class Registration final : public Counted {};
