// A mutex that everybody gets with the class.
#include <mutex>

class Table : public std::mutex { // expect: lock-exposed "'Table' inherits publicly from 'std::mutex'"
public:
  void add(int n) {
    std::lock_guard<std::mutex> hold(*this);
    rows_ += n;
  }

private:
  int rows_ = 0;
};
