namespace Nacre.Tests.Interop;

/// <summary>The Debian package on a machine: what it installs, how its service runs, and what is left of it.</summary>
/// <remarks>
/// The machine is this one as seen in a mount and process namespace of the test's own, through an overlay: what changes there is gone with the
/// test, and the machine itself has heard of nothing. Users are made there too.
/// </remarks>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
[Collection("Alone")]
public sealed class PackageTests : IDisposable
{
    private const string Machine = """
        set -e
        here=$1 package=$2 port=$3
        mount -t tmpfs tmpfs $here/machine
        cd $here/machine
        mkdir upper work root
        mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root
        mount --rbind /dev root/dev
        mount -t proc proc root/proc
        mount -t tmpfs tmpfs root/run
        mount -t tmpfs tmpfs root/tmp
        cp $package root/tmp/nacre.deb
        cp $here/life.py root/tmp/life.py
        exec chroot root env - PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root python3 /tmp/life.py $port
        """;

    private const string Life = """
        import glob, os, shlex, signal, socket, subprocess, sys, threading
        port = int(sys.argv[1])
        unit = "/usr/lib/systemd/system/nacre-sshd.service"

        def run(*command, **more):
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=100, **more)
            if done.returncode != 0: sys.exit("%s: %s %s" % (shlex.join(command), done.returncode, done.stdout))
            return done.stdout

        def lines(name): return [each.split("=", 1)[1] for each in open(unit).read().splitlines() if each.startswith(name + "=")]

        def files(): return set(sum((glob.glob(each) for each in ("/etc/nacre*", "/etc/*/nacre*", "/usr/lib/nacre*", "/usr/lib/systemd/system/nacre*", "/usr/share/doc/nacre*")), []))

        os.chmod("/tmp", 0o1777)
        others = files()
        run("dpkg", "--install", "/tmp/nacre.deb")
        print(run("dpkg-query", "--show", "--showformat", "${Status}", "nacre"))
        print(run("nacre-ssh", "-V").split("_")[0])
        run("useradd", "--create-home", "--shell", "/bin/bash", "person")
        run("chpasswd", input="person:Pw-of-a-person\n")
        run("sed", "-i", "s/^Port 2222$/Port %d/" % port, "/etc/nacre/sshd_config")
        with open("/etc/nacre/sshd_config.d/test.conf", "w") as own: own.write("ListenAddress 127.0.0.1\n")
        for command in lines("ExecStartPre"): run("sh", "-c", command)
        print(" ".join(sorted(os.path.basename(each) for each in glob.glob("/etc/nacre/ssh_host_*"))))
        print(sorted({oct(os.stat(each).st_mode & 0o777) for each in glob.glob("/etc/nacre/ssh_host_*_key")}))
        run("nacre-ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/root/key")
        os.makedirs("/home/person/.ssh")
        with open("/home/person/.ssh/authorized_keys", "w") as keys: keys.write(open("/root/key.pub").read())
        run("chown", "-R", "person", "/home/person/.ssh")
        def know(where):
            with open("/root/known", "a") as known:
                for each in glob.glob("/etc/nacre/*.pub"): known.write("[127.0.0.1]:%d %s" % (where, open(each).read()))
        with open("/root/askpass", "w") as askpass: askpass.write("#!/bin/sh\necho Pw-of-a-person\n")
        os.chmod("/root/askpass", 0o700)

        def ssh(command, where=port, how=("-o", "BatchMode=yes", "-i", "/root/key")):
            return ["nacre-ssh", "-F", "none", "-p", str(where), "-o", "UserKnownHostsFile=/root/known", "-o", "StrictHostKeyChecking=yes", *how, "person@127.0.0.1", command]
        asking = dict(os.environ, SSH_ASKPASS="/root/askpass", SSH_ASKPASS_REQUIRE="force")

        notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        notify.bind("\0nacre-package-test")
        notify.settimeout(100)
        def heard(): return notify.recv(4096).decode().split("\n")[0]
        def serve(flags, **more):
            words = [each for each in shlex.split(lines("ExecStart")[0]) if each != "$SSHD_OPTS"]
            return subprocess.Popen(["sh", "-c", 'exec env LISTEN_PID=$$ "$@"', "sh"] + words + flags, env=dict(os.environ, NOTIFY_SOCKET="@nacre-package-test", **more.pop("env", {})), stderr=open("/tmp/log", "a"), **more)

        know(port)
        sshd = serve(["-e", "-w", "100"])
        try:
            print(heard())
            print(run(*ssh("id -un")).strip(), "by key")
            for method in "password", "keyboard-interactive":
                print(run(*ssh("id -un", how=("-o", "PreferredAuthentications=" + method)), env=asking).strip(), "by", method)
            print(run("nacre-sftp", "-q", "-F", "none", "-b", "-", "-P", str(port), "-i", "/root/key", "-o", "UserKnownHostsFile=/root/known", "person@127.0.0.1", input="pwd\n").splitlines()[-1])
            sshd.send_signal(signal.SIGHUP)
            print(heard(), heard())
            session = subprocess.Popen(ssh("echo up; cat"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            print(session.stdout.readline().strip())
            sshd.terminate()
            print(heard())
            print(session.communicate("still there\n", timeout=100)[0].strip())
            print(sshd.wait(timeout=100))

            listening = socket.create_server(("127.0.0.1", 0))
            there = listening.getsockname()[1]
            know(there)
            sshd = serve(["-e", "-P", "127.0.0.0/8"], env={"LISTEN_FDS": "1"}, pass_fds=[3], preexec_fn=lambda: os.dup2(listening.fileno(), 3))
            print(heard())
            proxy = socket.create_server(("127.0.0.1", 0))
            know(proxy.getsockname()[1])
            def carry(source, target):
                while data := source.recv(65536): target.sendall(data)
                target.shutdown(socket.SHUT_WR)
            def stand_between():
                client = proxy.accept()[0]
                server = socket.create_connection(("127.0.0.1", there))
                server.sendall(b"PROXY TCP4 192.0.2.7 198.51.100.1 40000 22\r\n")
                threading.Thread(target=carry, args=(client, server), daemon=True).start()
                carry(server, client)
            threading.Thread(target=stand_between, daemon=True).start()
            print(run(*ssh("echo $SSH_CONNECTION", where=proxy.getsockname()[1])).strip())
            print(subprocess.run(ssh("id", where=there), capture_output=True).returncode)
            sshd.terminate()
            print(heard(), sshd.wait(timeout=100))
        except Exception as error:
            sys.exit("%r\n%s" % (error, open("/tmp/log").read()))
        finally:
            sshd.kill()

        run("dpkg", "--remove", "nacre")
        print(sorted(os.listdir("/etc/nacre"))[0], glob.glob("/usr/*bin/nacre-*"))
        os.remove("/etc/nacre/sshd_config.d/test.conf")
        run("dpkg", "--purge", "nacre")
        print(sorted(files() - others))
        """;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task It_is_installed_makes_keys_that_nobody_else_may_read_serves_and_leaves_nothing_behind_A86()
    {
        Assert.SkipUnless(TestUser.IsRoot, "needs root: has a machine of its own");
        Requires.PublishedTool("sshd");
        RunResult made = await Run.Async(Path.Join(Repository.Root, "scripts/package"), [_directory.Path], limit: Patience);
        Directory.CreateDirectory(_directory["machine"]);
        _directory.Write("life.py", Life);

        RunResult life = await Run.CleanAsync(
            "unshare", ["--mount", "--pid", "--fork", "--kill-child", "sh", _directory.Write("machine.sh", Machine), _directory.Path, made.Ends().Output.Trim(), FreePort.Take().ToString(System.Globalization.CultureInfo.InvariantCulture)], limit: Patience);

        Assert.Equal(
            """
            install ok installed
            Nacre
            ssh_host_ecdsa_key ssh_host_ecdsa_key.pub ssh_host_ed25519_key ssh_host_ed25519_key.pub ssh_host_rsa_key ssh_host_rsa_key.pub
            ['0o600']
            READY=1
            person by key
            person by password
            person by keyboard-interactive
            Remote working directory: /home/person
            RELOADING=1 READY=1
            up
            STOPPING=1
            still there
            0
            READY=1
            192.0.2.7 40000 198.51.100.1 22
            255
            STOPPING=1 0
            ssh_host_ecdsa_key []
            []

            """,
            life.Ends().Output);
    }

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
}
