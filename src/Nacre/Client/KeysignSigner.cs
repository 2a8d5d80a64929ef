using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Client;

/// <summary>A host key whose private half only ssh-keysign can read: each signature is one run of that program.</summary>
internal sealed class KeysignSigner(string program, PublicKey key, Socket? connection) : ISigner
{
    /// <summary>Longer answers are none: the signature of the largest key that is supported has some 2 KiB.</summary>
    public const int MaxReply = 64 * 1024;

    /// <summary>Where the program finds the connection, whose local address has the name that it signs for.</summary>
    private const int ConnectionDescriptor = 3;

    public PublicKey PublicKey => key;

    public async ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        try
        {
            return await AskAsync(data, ct).ConfigureAwait(false);
        }
        catch (Exception error) when (error is UnixException or IOException or SshViolationException)
        {
            throw new SshException($"ssh_keysign: no reply: {error.Message}", error);
        }
    }

    private async Task<byte[]> AskAsync(ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        (SafeFileHandle theirInput, SafeFileHandle ourOutput) = Descriptors.CreatePipe();
        (SafeFileHandle ourInput, SafeFileHandle theirOutput) = Descriptors.CreatePipe();
        using var output = new DescriptorStream(ourOutput);
        using var input = new DescriptorStream(ourInput);
        ChildProcess child = Start(theirInput, theirOutput);
        await output.WriteAsync(Framed(data.Span), ct).ConfigureAwait(false);
        byte[] signature = ReadReply(await ReadAsync(input, ct).ConfigureAwait(false));
        await child.Exited.WaitAsync(ct).ConfigureAwait(false);
        return signature;
    }

    /// <summary>What the program complains of goes where this process complains, as with OpenSSH.</summary>
    private ChildProcess Start(SafeFileHandle input, SafeFileHandle output)
    {
        using (input)
        using (output)
        using (SafeFileHandle error = Descriptors.Inherited(2))
        using (SafeFileHandle? nothing = connection is null ? File.OpenHandle("/dev/null") : null)
        {
            SafeHandle shown = connection is null ? nothing! : connection.SafeHandle;
            return Spawn.Start(new ProgramStart { Path = program, Arguments = [program], Input = input, Output = output, Error = error, Extra = [shown] });
        }
    }

    private static byte[] Framed(ReadOnlySpan<byte> data)
    {
        var request = new KeysignRequest { Version = KeysignRequest.CurrentVersion, Descriptor = ConnectionDescriptor, Data = data };
        byte[] record = Message.WriteRecord(ref request);
        byte[] framed = new byte[sizeof(uint) + record.Length];
        BinaryPrimitives.WriteUInt32BigEndian(framed, (uint)record.Length);
        record.CopyTo(framed.AsSpan(sizeof(uint)));
        return framed;
    }

    private static async Task<byte[]> ReadAsync(DescriptorStream input, CancellationToken ct)
    {
        byte[] head = new byte[sizeof(uint)];
        await input.ReadExactlyAsync(head, ct).ConfigureAwait(false);
        uint length = BinaryPrimitives.ReadUInt32BigEndian(head);
        if (length > MaxReply) throw new IOException($"the answer has {length} bytes, at most {MaxReply} are read");
        byte[] reply = new byte[length];
        await input.ReadExactlyAsync(reply, ct).ConfigureAwait(false);
        return reply;
    }

    private static byte[] ReadReply(byte[] bytes)
    {
        KeysignReply reply = Message.ReadRecord<KeysignReply>(bytes);
        return reply.Version == KeysignRequest.CurrentVersion ? reply.Signature.ToArray() : throw new IOException($"bad version {reply.Version}");
    }
}
