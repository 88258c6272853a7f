#include "sim/user/manager_words.h"

namespace bindery::sim {
namespace {

constexpr char kManager[] = "android.os.IServiceManager";
constexpr char kCallback[] = "android.os.IServiceCallback";
constexpr char kHidlManager0[] = "android.hidl.manager@1.0::IServiceManager";
constexpr char kHidlManager1[] = "android.hidl.manager@1.1::IServiceManager";
constexpr char kHidlManager2[] = "android.hidl.manager@1.2::IServiceManager";
constexpr char kHidlCallback[] =
    "android.hidl.manager@1.0::IServiceNotification";
constexpr char kHidlBase[] = "android.hidl.base@1.0::IBase";
constexpr int32_t kPriorityDefault = 8;
constexpr int32_t kPriorityAll = 15;
constexpr int32_t kTransportHwbinder = 1;

// "fqName/instance".
std::string FqName(const std::string& name) {
  return name.substr(0, name.rfind('/'));
}

std::string Instance(const std::string& name) {
  return name.substr(name.rfind('/') + 1);
}

void SetProxies(proto::Value* value) {
  if (value->has_binder()) value->set_proxy(true);
  if (!value->has_list()) return;
  for (proto::Value& inner : *value->mutable_list()->mutable_value()) {
    SetProxies(&inner);
  }
}

}  // namespace

void Unheeded(proto::Step* step) {
  step->add_expect()->set_br(proto::BR_TRANSACTION_COMPLETE);
  step->add_expect()->set_br(proto::BR_DEAD_REPLY);
  step->add_expect()->set_br(proto::BR_FAILED_REPLY);
  if (step->has_reply()) return;
  step->add_expect()->set_br(proto::BR_ONEWAY_SPAM_SUSPECT);
  step->add_expect()->set_br(proto::BR_TRANSACTION_PENDING_FROZEN);
}

proto::Parcel WithProxies(proto::Parcel parcel) {
  for (proto::Value& value : *parcel.mutable_value()) SetProxies(&value);
  return parcel;
}

ManagerWords::ManagerWords(const std::string& device)
    : style_(device == "hwbinder"    ? proto::LIBHWBINDER
             : device == "vndbinder" ? proto::LIBBINDER_VENDOR
                                     : proto::LIBBINDER) {}

uint32_t ManagerWords::Code(ManagerCall call) const {
  switch (call) {
    case ManagerCall::kGet:
      return 1;
    case ManagerCall::kCheck:
      return 2;
    case ManagerCall::kAdd:
      return hidl() ? 10 : 3;
    case ManagerCall::kList:
      return 4;
    case ManagerCall::kRegister:
      return hidl() ? 6 : 5;
    case ManagerCall::kUnregister:
      return hidl() ? 9 : 6;
    case ManagerCall::kTransport:
      break;
  }
  return 3;
}

const char* ManagerWords::InterfaceOf(ManagerCall call) const {
  if (!hidl()) return kManager;
  if (call == ManagerCall::kAdd) return kHidlManager2;
  return call == ManagerCall::kUnregister ? kHidlManager1 : kHidlManager0;
}

const char* ManagerWords::BadName(const std::string& name) const {
  if (name.empty() || name.find('\0') != std::string::npos) {
    return "the name of a service is a text without zero bytes";
  }
  if (name.size() > 127) return "the name of a service has at most 127 bytes";
  if (hidl() && (name.find("::") == std::string::npos ||
                 name.find('/') == std::string::npos)) {
    return "a service of hwbinder has an interface and an instance, such as "
           "vendor.demo@1.0::IClock/default";
  }
  return nullptr;
}

proto::Parcel ManagerWords::Begin(const char* interface) const {
  proto::Parcel parcel;
  parcel.set_style(style_);
  if (interface != nullptr) {
    parcel.set_interface(interface);
  } else {
    parcel.add_value()->mutable_status();
  }
  return parcel;
}

void ManagerWords::AddText(const std::string& text,
                           proto::Parcel* parcel) const {
  proto::Value* const value = parcel->add_value();
  if (hidl()) {
    value->set_hidl_string(text);
  } else {
    value->set_string16(text);
  }
}

void ManagerWords::AddName(const std::string& name,
                           proto::Parcel* parcel) const {
  if (hidl()) AddText(FqName(name), parcel);
  AddText(hidl() ? Instance(name) : name, parcel);
}

proto::Parcel ManagerWords::AnyRequest(ManagerCall call) const {
  proto::Parcel parcel = Begin(InterfaceOf(call));
  parcel.set_more(true);
  return parcel;
}

proto::Parcel ManagerWords::Request(ManagerCall call, const std::string& name,
                                    const std::string& binder) const {
  proto::Parcel parcel = Begin(InterfaceOf(call));
  if (call == ManagerCall::kList) {
    if (!hidl()) parcel.add_value()->set_i32(kPriorityAll);
    return parcel;
  }
  if (call == ManagerCall::kAdd && hidl()) {
    AddText(Instance(name), &parcel);
  } else {
    AddName(name, &parcel);
  }
  if (!binder.empty()) parcel.add_value()->set_binder(binder);
  if (call != ManagerCall::kAdd) return parcel;
  if (hidl()) {
    proto::ValueList* const chain = parcel.add_value()->mutable_hidl_vec();
    chain->add_value()->set_hidl_string(FqName(name));
    chain->add_value()->set_hidl_string(kHidlBase);
  } else {
    parcel.add_value()->set_bool_(false);
    parcel.add_value()->set_i32(kPriorityDefault);
  }
  return parcel;
}

proto::Parcel ManagerWords::Done(ManagerCall) const {
  proto::Parcel parcel = Begin(nullptr);
  if (hidl()) parcel.add_value()->set_bool_(true);
  return parcel;
}

proto::Parcel ManagerWords::Refused(ManagerCall call,
                                    const ManagerError& error) const {
  proto::Parcel parcel = Begin(nullptr);
  if (!hidl()) {
    proto::ParcelStatus* const status =
        parcel.mutable_value(0)->mutable_status();
    status->set_exception(error.exception);
    status->set_message(error.message);
  } else if (call == ManagerCall::kList) {
    parcel.add_value()->mutable_hidl_vec();
  } else {
    parcel.add_value()->set_bool_(false);
  }
  return parcel;
}

proto::Parcel ManagerWords::Found(const std::string& binder) const {
  proto::Parcel parcel = Begin(nullptr);
  parcel.add_value()->set_binder(binder);
  return parcel;
}

proto::Parcel ManagerWords::NotFound() const {
  proto::Parcel parcel = Begin(nullptr);
  parcel.add_value()->set_null(proto::NULL_BINDER);
  return parcel;
}

proto::Parcel ManagerWords::Listed(
    const std::vector<std::string>& names) const {
  proto::Parcel parcel = Begin(nullptr);
  proto::Value* const value = parcel.add_value();
  proto::ValueList* const list =
      hidl() ? value->mutable_hidl_vec() : value->mutable_list();
  for (const std::string& name : names) {
    if (hidl()) {
      list->add_value()->set_hidl_string(name);
    } else {
      list->add_value()->set_string16(name);
    }
  }
  return parcel;
}

proto::Parcel ManagerWords::Transport() const {
  proto::Parcel parcel = Begin(nullptr);
  parcel.add_value()->set_i8(kTransportHwbinder);
  return parcel;
}

proto::Parcel ManagerWords::Announcement(const std::string& name,
                                         const std::string& binder) const {
  proto::Parcel parcel = Begin(hidl() ? kHidlCallback : kCallback);
  AddName(name, &parcel);
  if (hidl()) {
    parcel.set_more(true);
  } else {
    parcel.add_value()->set_binder(binder);
  }
  return parcel;
}

proto::Parcel ManagerWords::Announced(const std::string& name,
                                      const std::string& binder,
                                      bool preexisting) const {
  proto::Parcel parcel = Announcement(name, binder);
  parcel.clear_more();
  if (hidl()) parcel.add_value()->set_bool_(preexisting);
  return parcel;
}

}  // namespace bindery::sim
