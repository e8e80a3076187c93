// trap: layers of one interface call the next; which class that is cannot be
// told, and they are stacked in one order.
// whole-program
#include <mutex>
#include <vector>

struct Stream {
  virtual ~Stream() = default;
  virtual void resume(int flags) = 0;
};

class Layer : public Stream {
public:
  explicit Layer(Stream &next) : next_(next) {}
  void resume(int flags) override { next_.resume(flags); }

private:
  Stream &next_;
};

class Bucket {
public:
  bool isEmpty() {
    std::lock_guard hold(mu_);
    return left_ == 0;
  }

protected:
  std::mutex mu_;
  int left_ = 100;
};

class Limited final : public Layer, public Bucket {
public:
  using Layer::Layer;
  void resume(int flags) override {
    std::lock_guard hold(mu_);
    if (left_ == 0)
      flags |= 1;
    Layer::resume(flags);
  }
};

class Compound final : public Layer {
public:
  Compound(Stream &next, std::vector<Bucket> &buckets)
      : Layer(next), buckets_(buckets) {}
  void resume(int flags) override {
    for (Bucket &b : buckets_)
      if (b.isEmpty())
        flags |= 1;
    std::lock_guard hold(mu_);
    ++resumed_;
    Layer::resume(flags);
  }

private:
  std::mutex mu_;
  std::vector<Bucket> &buckets_;
  int resumed_ = 0;
};

class Socket final : public Stream {
public:
  void resume(int flags) override {
    std::lock_guard hold(mu_);
    last_ = flags;
  }

private:
  std::mutex mu_;
  int last_ = 0;
};
