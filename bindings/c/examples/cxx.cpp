// The blocking client in C++17: what is opened is given back, errors are exceptions, a listing is a range.
//
//     cxx PORT APN HOST PORTNUMBER USER PASSWORD FILE
#include "qftp.h"

#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

class Error : public std::runtime_error {
public:
    explicit Error(const qftp_error &error)
        : std::runtime_error(std::string(error.text) + "\n  remedy: " + error.remedy), status(error.status),
          server_code(error.server_code)
    {
    }

    std::int32_t status;
    std::uint16_t server_code;
};

struct Entry {
    std::string name;
    std::uint64_t size;
};

class Client {
public:
    explicit Client(const std::string &port)
    {
        qftp_error error = room();
        qftp_client *opened = nullptr;
        if (qftp_client_open(port.c_str(), nullptr, &opened, &error) != QFTP_OK) {
            throw Error(error);
        }
        client_.reset(opened);
    }

    void connect(const qftp_setup &setup, const qftp_login &login)
    {
        check(qftp_client_connect(client_.get(), &setup, &login, nullptr, nullptr));
    }

    std::uint64_t put(const std::string &path, const std::string &name, const qftp_policy &policy)
    {
        std::uint64_t moved = 0;
        check(qftp_client_put_file(client_.get(), path.c_str(), name.c_str(), &policy, &moved));
        return moved;
    }

    std::vector<std::uint8_t> get(const std::string &name)
    {
        std::vector<std::uint8_t> bytes;
        check(qftp_client_get(client_.get(), name.c_str(), nullptr, nullptr, append, &bytes));
        return bytes;
    }

    std::vector<Entry> list(const std::string &folder)
    {
        qftp_list *list = nullptr;
        check(qftp_client_list(client_.get(), folder.c_str(), QFTP_LIST_LONG, &list));
        const std::unique_ptr<qftp_list, GiveBack> owned(list);
        std::vector<Entry> entries;
        while (const qftp_entry *entry = qftp_list_next(list)) {
            entries.push_back({entry->name, entry->size});
        }
        return entries;
    }

    void remove(const std::string &name) { check(qftp_client_delete(client_.get(), name.c_str())); }

    void logout() { check(qftp_client_logout(client_.get())); }

private:
    struct GiveBack {
        void operator()(qftp_client *client) const { qftp_client_free(client); }
        void operator()(qftp_list *list) const { qftp_list_free(list); }
    };

    static qftp_error room()
    {
        qftp_error error{};
        error.struct_size = sizeof error;
        return error;
    }

    // The library calls this: nothing may be thrown out of it.
    static std::int32_t append(const std::uint8_t *bytes, std::size_t len, void *user) noexcept
    {
        try {
            auto &all = *static_cast<std::vector<std::uint8_t> *>(user);
            all.insert(all.end(), bytes, bytes + len);
            return 0;
        } catch (...) {
            return -1;
        }
    }

    void check(std::int32_t status)
    {
        if (status != QFTP_OK) {
            qftp_error error = room();
            qftp_client_last_error(client_.get(), &error);
            throw Error(error);
        }
    }

    std::unique_ptr<qftp_client, GiveBack> client_;
};

void run(char **argv)
{
    qftp_setup setup;
    qftp_setup_init(&setup);
    setup.apn = argv[2];
    qftp_login login;
    qftp_login_init(&login);
    login.host = argv[3];
    login.port = static_cast<std::uint16_t>(std::stoul(argv[4]));
    login.user = argv[5];
    login.password = argv[6];
    qftp_policy policy;
    qftp_policy_init(&policy);
    policy.retries = 3;

    Client client(argv[1]);
    client.connect(setup, login);
    try {
        client.get("there-is-none");
    } catch (const Error &error) {
        std::cout << "as it should be, " << error.server_code << '\n';
    }
    const auto sent = client.put(argv[7], "from-cxx.bin", policy);
    for (const auto &entry : client.list(".")) {
        std::cout << entry.name << ' ' << entry.size << '\n';
    }
    const auto bytes = client.get("from-cxx.bin");
    std::cout << sent << " up, " << bytes.size() << " down\n";
    client.remove("from-cxx.bin");
    client.logout();
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 8) {
        std::cerr << "usage: cxx PORT APN HOST PORTNUMBER USER PASSWORD FILE\n";
        return 2;
    }
    try {
        run(argv);
        return EXIT_SUCCESS;
    } catch (const std::exception &error) {
        std::cerr << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
