using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Nacre.Client;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Server;
using Nacre.Tests.Interop;
using Nacre.Tests.Pair;
using Nacre.Unix;

namespace Nacre.Tests.Client;

/// <summary>How ssh-keysign is asked, by programs that stand in for it; and the login by a host's word through the library.</summary>
public sealed class SshKeysignTests : IDisposable
{
    private static readonly PrivateKey Key = PrivateKey.GenerateEd25519();

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_program_gets_the_version_the_descriptor_and_the_data_and_has_the_connection()
    {
        // 4 bytes of length, 1 of version, 4 of the descriptor, 4 of the length of the data.
        byte[] data = Encoding.ASCII.GetBytes("what to sign");
        ISigner signer = await SignerAsync($"head -c {13 + data.Length} >$DIR/request; readlink /proc/self/fd/3 >$DIR/connection; cat $DIR/reply", Reply(2, "signed"));
        byte[] signature = await signer.SignAsync("ssh-ed25519", data, TestContext.Current.CancellationToken);

        Assert.Equal("signed", Encoding.ASCII.GetString(signature));
        byte[] request = await File.ReadAllBytesAsync(_directory["request"], TestContext.Current.CancellationToken);
        Assert.Equal([0, 0, 0, (byte)(9 + data.Length), 2, 0, 0, 0, 3, 0, 0, 0, (byte)data.Length, .. data], request);
        Assert.StartsWith("socket:", await File.ReadAllTextAsync(_directory["connection"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task An_answer_of_another_version_is_none(byte version) =>
        Assert.Equal($"ssh_keysign: no reply: bad version {version}", await FailureAsync("head -c 13 >/dev/null; cat $DIR/reply", Reply(version, "signed")));

    [Fact]
    public async Task A_program_that_says_nothing_signs_nothing() =>
        Assert.StartsWith("ssh_keysign: no reply: ", await FailureAsync("exit 1", []), StringComparison.Ordinal);

    [Fact]
    public async Task An_answer_has_a_limit()
    {
        ISigner signer = await SignerAsync("head -c 13 >/dev/null; cat $DIR/reply", Reply(2, new string('s', KeysignSigner.MaxReply - 5)));
        Assert.Equal(KeysignSigner.MaxReply - 5, (await signer.SignAsync("ssh-ed25519", default, TestContext.Current.CancellationToken)).Length);
        Assert.Equal(
            $"ssh_keysign: no reply: the answer has {KeysignSigner.MaxReply + 1} bytes, at most {KeysignSigner.MaxReply} are read",
            await FailureAsync("head -c 13 >/dev/null; cat $DIR/reply", Reply(2, new string('s', KeysignSigner.MaxReply - 4))));
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_an_error_of_the_key()
    {
        SshKeysign keysign = new() { Program = _directory["nothing"], KeyFiles = [_directory.Write("key.pub", Key.PublicKey.ToString())] };
        HostbasedIdentity? machine = await keysign.IdentifyAsync(null, TestContext.Current.CancellationToken);
        SshException error = await Assert.ThrowsAsync<SshException>(() => machine!.Keys[0].SignAsync("ssh-ed25519", default, TestContext.Current.CancellationToken).AsTask());
        Assert.StartsWith("ssh_keysign: no reply: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_without_keys_that_can_be_read_vouches_for_nobody() =>
        Assert.Null(await new SshKeysign { KeyFiles = [_directory["none.pub"], _directory.Write("other.pub", "no key\n")] }.IdentifyAsync(null, TestContext.Current.CancellationToken));

    [Fact]
    public async Task Without_an_address_the_machine_goes_by_its_own_name_and_with_one_by_what_the_address_is_called()
    {
        SshKeysign keysign = new() { Program = "/bin/false", KeyFiles = [_directory.Write("key.pub", Key.PublicKey.ToString())] };
        HostbasedIdentity? withoutAddress = await keysign.IdentifyAsync(null, TestContext.Current.CancellationToken);
        Assert.Equal(Users.HostName, withoutAddress!.ClientHost);
        Assert.Equal(Users.Current!.Name, withoutAddress.ClientUser);

        using Socket connected = await ConnectedAsync();
        HostbasedIdentity? withAddress = await keysign.IdentifyAsync(connected, TestContext.Current.CancellationToken);
        Assert.Equal(HostNames.Of(IPAddress.Loopback) ?? Users.HostName, withAddress!.ClientHost);
    }

    [Fact]
    public async Task A_server_of_the_library_can_believe_a_machine()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync(options => options with { Methods = ["hostbased"], Authenticator = new MethodAuthenticator { Hostbased = new OneMachine() } });
        await using SshClient client = await pair.ConnectAsync(options => options with { Identities = [], Hostbased = new InMemory() });
        Assert.Equal("hostbased", client.Authentication.Method);
    }

    private async Task<ISigner> SignerAsync(string script, byte[] reply)
    {
        string program = _directory.Write("keysign", $"#!/bin/sh\nDIR='{_directory.Path}'\n{script}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllBytesAsync(_directory["reply"], reply);
        SshKeysign keysign = new() { Program = program, KeyFiles = [_directory.Write("key.pub", Key.PublicKey + " root@here\n")] };
        HostbasedIdentity? machine = await keysign.IdentifyAsync(await ConnectedAsync(), TestContext.Current.CancellationToken);
        ISigner signer = Assert.Single(machine!.Keys);
        Assert.Equal(Key.PublicKey, signer.PublicKey);
        return signer;
    }

    private async Task<string> FailureAsync(string script, byte[] reply)
    {
        ISigner signer = await SignerAsync(script, reply);
        return (await Assert.ThrowsAsync<SshException>(() => signer.SignAsync("ssh-ed25519", default, TestContext.Current.CancellationToken).AsTask())).Message;
    }

    private static byte[] Reply(byte version, string signature)
    {
        var reply = new KeysignReply { Version = version, Signature = Encoding.ASCII.GetBytes(signature) };
        byte[] record = Message.WriteRecord(ref reply);
        byte[] length = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(length, (uint)record.Length);
        return [.. length, .. record];
    }

    private static async Task<Socket> ConnectedAsync()
    {
        using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen();
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(listening.LocalEndPoint!);
        return socket;
    }

    private sealed class InMemory : IHostbasedPolicy
    {
        public ValueTask<HostbasedIdentity?> IdentifyAsync(Socket? connection, CancellationToken ct) =>
            ValueTask.FromResult<HostbasedIdentity?>(connection is null ? null : new HostbasedIdentity("client.example", "bo", [Key]));
    }

    private sealed class OneMachine : IAuthenticator
    {
        public ValueTask<AuthenticationVerdict> JudgeAsync(AuthenticationAttempt attempt, CancellationToken ct) => ValueTask.FromResult(
            attempt is HostbasedAttempt { ClientHost: "client.example", ClientUser: "bo" } host && host.Key.Equals(Key.PublicKey)
                ? AuthenticationVerdict.Accept
                : AuthenticationVerdict.Reject);
    }
}
