using System.Security.Cryptography;
using System.Text;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;
using Nacre.Unix;

namespace Nacre.Tools.SecurityKeys;

/// <summary>The process that loads a provider of security keys, does one thing with it and ends, as OpenSSH's ssh-sk-helper does.</summary>
internal static class SecurityKeyProgram
{
    /// <summary>The first argument, by which the executable knows that it is this process.</summary>
    public const string Verb = "ssh-sk-helper";

    public static int Run()
    {
        Prctl.SetName(Verb);
        Prctl.SetDumpable(false);
        byte[] bytes = GC.AllocateArray<byte>(SecurityKeyRequest.MaxLength, pinned: true);
        int length = 0;
        try
        {
            using (var input = new FileStream(Descriptors.Adopt(0), FileAccess.Read, bufferSize: 0))
            {
                length = input.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            }

            byte[] reply = Answer(bytes.AsSpan(0, length));
            using var output = new FileStream(Descriptors.Adopt(ProviderProcess.ReplyDescriptor), FileAccess.Write, bufferSize: 0);
            output.Write(reply);
            return 0;
        }
        catch (Exception failure) when (failure is IOException or SshViolationException)
        {
            return 1;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes.AsSpan(0, length));
        }
    }

    private static byte[] Answer(ReadOnlySpan<byte> bytes)
    {
        SecurityKeyRequest request = Message.ReadRecord<SecurityKeyRequest>(bytes);
        if (SecurityKeyLibrary.Load(Encoding.UTF8.GetString(request.Provider), out string fault) is not { } library) return Refuse(SecurityKeyFault.NoProvider, fault);
        return (SecurityKeyTask)request.Task switch
        {
            SecurityKeyTask.Enroll => Enroll(library, request),
            SecurityKeyTask.Sign => Sign(library, request),
            SecurityKeyTask.LoadResidentKeys => LoadResidentKeys(library, request),
            _ => throw new SshViolationException(Violation.FieldMalformed, "There is no such task for a provider of security keys."),
        };
    }

    private static byte[] Enroll(SecurityKeyLibrary library, in SecurityKeyRequest request)
    {
        string application = Encoding.UTF8.GetString(request.Application);
        int error = library.Enroll(request.Algorithm, request.Data, application, request.Flags, PinOf(request), OptionsOf(request), out EnrolledKey key);
        return error == 0 ? Reply(Write(request.Algorithm, application, key.Flags, [], key)) : Refuse(error);
    }

    private static byte[] Sign(SecurityKeyLibrary library, in SecurityKeyRequest request)
    {
        string application = Encoding.UTF8.GetString(request.Application);
        int error = library.Sign(request.Algorithm, request.Data, application, request.KeyHandle, request.Flags, PinOf(request), OptionsOf(request), out SecurityKeySignature made);
        if (error != 0) return Refuse(error);
        var fields = new RawSignatureFields { Flags = made.Flags, Counter = made.Counter, R = made.R, S = made.S };
        return Reply(Message.WriteRecord(ref fields));
    }

    private static byte[] LoadResidentKeys(SecurityKeyLibrary library, in SecurityKeyRequest request)
    {
        int error = library.LoadResidentKeys(PinOf(request), OptionsOf(request), out IReadOnlyList<KeptKey> keys);
        return error == 0 ? Reply([.. keys.SelectMany(each => Write(each.Algorithm, each.Application, each.Flags, each.UserId, each.Key))]) : Refuse(error);
    }

    private static byte[]? PinOf(in SecurityKeyRequest request) => request.HasPin ? request.Pin.ToArray() : null;

    private static SecurityKeyOptions OptionsOf(in SecurityKeyRequest request) =>
        new(request.Device.IsEmpty ? null : Encoding.UTF8.GetString(request.Device), request.User.IsEmpty ? null : Encoding.UTF8.GetString(request.User));

    private static byte[] Write(uint algorithm, string application, byte flags, byte[] userId, EnrolledKey key)
    {
        var fields = new EnrolledKeyFields
        {
            Algorithm = algorithm,
            Application = Encoding.UTF8.GetBytes(application),
            UserId = userId,
            Flags = flags,
            PublicKey = key.PublicKey,
            KeyHandle = key.KeyHandle,
            Signature = key.Signature,
            Certificate = key.Certificate,
            AuthenticatorData = key.AuthenticatorData,
        };
        return Message.WriteRecord(ref fields);
    }

    private static byte[] Reply(ReadOnlySpan<byte> result)
    {
        var reply = new ProviderReply { Result = result };
        return Message.WriteRecord(ref reply);
    }

    private static byte[] Refuse(int error)
    {
        var fault = (SecurityKeyFault)(-error);
        return Refuse(Enum.IsDefined(fault) ? fault : SecurityKeyFault.General, "");
    }

    private static byte[] Refuse(SecurityKeyFault fault, string explanation)
    {
        var reply = new ProviderReply { Fault = (uint)fault, Explanation = Encoding.UTF8.GetBytes(explanation) };
        return Message.WriteRecord(ref reply);
    }
}
