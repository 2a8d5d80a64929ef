"""Logs in to a server with paramiko and does the main job; each result is one line of standard output, any failure an exception.

usage: paramiko_login.py PORT USER KEY_FILE KNOWN_HOSTS DIRECTORY WEB_PORT

DIRECTORY is one that both this program and the user there may write to; whatever listens on WEB_PORT of 127.0.0.1 says something first.
"""

import hashlib
import os
import sys
import threading

import paramiko

SIZE = 3 * 1024 * 1024


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def run(client):
    stdin, stdout, stderr = client.exec_command("cat; echo wrong >&2; exit 42")
    stdin.write("given")
    stdin.channel.shutdown_write()
    print("exec:", stdout.read().decode(), stderr.read().decode().strip(), stdout.channel.recv_exit_status())


def shell(client):
    channel = client.invoke_shell(term="dumb", width=77, height=33)
    channel.sendall(b'unset HISTFILE; echo "size=$(stty size)"; exit 4\n')
    output = b""
    while data := channel.recv(65536):
        output += data
    print("shell:", "size=33 77" in output.decode(), channel.recv_exit_status())


def files(client, directory):
    data = os.urandom(SIZE)
    near, far, back = (os.path.join(directory, name) for name in ("near", "far", "back"))
    with open(near, "wb") as file:
        file.write(data)
    with client.open_sftp() as sftp:
        sftp.put(near, far)
        sftp.get(far, back)
        names = sorted(sftp.listdir(directory))
        size = sftp.stat(far).st_size
        sftp.rename(far, far + "2")
        sftp.remove(far + "2")
        try:
            sftp.stat(far)
            missing = False
        except FileNotFoundError:
            missing = True
    with open(back, "rb") as file:
        print("sftp:", sha256(file.read()) == sha256(data), size == SIZE, names, missing)


def rekey(client):
    """Data in both directions while new keys are agreed."""
    channel = client.get_transport().open_session()
    channel.exec_command("cat")
    data = os.urandom(SIZE)

    def send():
        channel.sendall(data[: SIZE // 2])
        client.get_transport().renegotiate_keys()
        channel.sendall(data[SIZE // 2 :])
        channel.shutdown_write()

    sender = threading.Thread(target=send)
    sender.start()
    received = b""
    while chunk := channel.recv(65536):
        received += chunk
    sender.join()
    print("rekey:", sha256(received) == sha256(data), channel.recv_exit_status())


def forward(client, port):
    channel = client.get_transport().open_channel("direct-tcpip", ("127.0.0.1", port), ("127.0.0.1", 0))
    print("forward:", channel.recv(100).decode())
    channel.close()


def main():
    port, user, key_file, known_hosts, directory, web_port = sys.argv[1:]
    client = paramiko.SSHClient()
    client.load_host_keys(known_hosts)
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    client.connect("127.0.0.1", int(port), user, key_filename=key_file, allow_agent=False, look_for_keys=False, timeout=30)
    client.get_transport().set_keepalive(1)
    run(client)
    shell(client)
    files(client, directory)
    rekey(client)
    forward(client, int(web_port))
    client.close()


if __name__ == "__main__":
    main()
