using System.Buffers.Binary;
using System.Security.Cryptography;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;
using Nacre.Unix;

namespace Nacre.Tools.Tokens;

/// <summary>The process that loads a library of tokens and does what it is asked for until nobody asks any more, as OpenSSH's ssh-pkcs11-helper does.</summary>
/// <remarks>It stays, since the logins into the tokens end with it.</remarks>
internal static class TokenProgram
{
    /// <summary>The first argument, by which the executable knows that it is this process.</summary>
    public const string Verb = "ssh-pkcs11-helper";

    public static int Run()
    {
        Prctl.SetName(Verb);
        Prctl.SetDumpable(false);
        try
        {
            using var input = new FileStream(Descriptors.Adopt(0), FileAccess.Read, bufferSize: 0);
            using var output = new FileStream(Descriptors.Adopt(ProviderProcess.ReplyDescriptor), FileAccess.Write, bufferSize: 0);
            Serve(input, output);
            return 0;
        }
        catch (Exception failure) when (failure is IOException or SshViolationException)
        {
            return 1;
        }
    }

    private static void Serve(Stream input, Stream output)
    {
        var requests = new TokenRequests();
        byte[] header = new byte[TokenRequest.HeaderLength];
        while (input.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(header);
            if (length > TokenRequest.MaxLength) throw new SshViolationException(Violation.FieldTooLong, $"A request of {length} bytes; {TokenRequest.MaxLength} are the most.");
            byte[] request = GC.AllocateArray<byte>((int)length, pinned: true);
            try
            {
                input.ReadExactly(request);
                byte[] reply = requests.Answer(request);
                BinaryPrimitives.WriteInt32BigEndian(header, reply.Length);
                output.Write(header);
                output.Write(reply);
            }
            finally
            {
                CryptographicOperations.ZeroMemory(request);
            }
        }

        requests.Close();
    }
}
