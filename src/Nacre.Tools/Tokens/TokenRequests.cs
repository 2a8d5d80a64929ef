using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;
using Nacre.Unix;

namespace Nacre.Tools.Tokens;

/// <summary>Answers the requests to the process that loads a library of tokens, and keeps what lasts from one to the next: the sessions with the tokens.</summary>
internal sealed class TokenRequests
{
    private readonly Dictionary<ulong, TokenSession> _sessions = [];
    private TokenLibrary? _library;

    private TokenLibrary Library => _library ?? throw new SshViolationException(Violation.FieldMalformed, "A library is asked for something before it is loaded.");

    /// <exception cref="SshViolationException">It is no request.</exception>
    public byte[] Answer(ReadOnlySpan<byte> bytes)
    {
        TokenRequest request = Message.ReadRecord<TokenRequest>(bytes);
        try
        {
            return Reply(Do(request));
        }
        catch (TokenException refused)
        {
            return Refuse(refused.Fault, "");
        }
        catch (TokenLibraryException failed)
        {
            TokenFault fault = _library is null ? TokenFault.NoProvider : FaultOf(failed.Result);
            return Refuse(fault, fault is TokenFault.General or TokenFault.NoProvider ? failed.Message : "");
        }
    }

    /// <summary>Ends the sessions, and so the logins.</summary>
    public void Close() => _library?.Close();

    private static TokenFault FaultOf(TokenResult result) => result switch
    {
        TokenResult.PinIncorrect or TokenResult.PinInvalid or TokenResult.PinLength => TokenFault.PinIncorrect,
        TokenResult.PinLocked => TokenFault.PinLocked,
        TokenResult.TokenNotPresent or TokenResult.TokenNotRecognized or TokenResult.DeviceRemoved => TokenFault.NoToken,
        TokenResult.UserNotLoggedIn => TokenFault.LoginRequired,
        _ => TokenFault.General,
    };

    private byte[] Do(in TokenRequest request)
    {
        byte[]? pin = request.HasPin ? GC.AllocateArray<byte>(request.Pin.Length, pinned: true) : null;
        try
        {
            request.Pin.CopyTo(pin);
            switch ((TokenTask)request.Task)
            {
                case TokenTask.Load when _library is null:
                    _library = TokenLibrary.Load(Encoding.UTF8.GetString(request.Library));
                    return [];
                case TokenTask.ListTokens:
                    return ListTokens();
                case TokenTask.ListObjects:
                    return SessionOf(request.Slot).Do(static session => session.ListObjects());
                case TokenTask.Login:
                    return SessionOf(request.Slot).Do(session => session.Login(pin));
                case TokenTask.Sign:
                    byte[] id = request.Id.ToArray(), data = request.Data.ToArray();
                    var type = (TokenKeyType)request.KeyType;
                    return SessionOf(request.Slot).Do(session => session.Sign(type, id, data, pin));
                default:
                    throw new SshViolationException(Violation.FieldMalformed, "There is no such task for a library of tokens.");
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pin);
        }
    }

    private byte[] ListTokens()
    {
        var tokens = new ArrayBufferWriter<byte>();
        foreach (nuint slot in Library.SlotsWithTokens())
        {
            (byte[] label, TokenFlags flags) = Library.TokenIn(slot);
            if ((flags & TokenFlags.Initialized) == 0) continue;
            var fields = new TokenFields
            {
                Slot = slot,
                Label = label,
                WantsLogin = (flags & TokenFlags.LoginRequired) != 0,
                HasPinPad = (flags & TokenFlags.ProtectedAuthenticationPath) != 0,
            };
            tokens.Write(Message.WriteRecord(ref fields));
        }

        return tokens.WrittenSpan.ToArray();
    }

    private TokenSession SessionOf(ulong slot)
    {
        if (_sessions.TryGetValue(slot, out TokenSession? session)) return session;
        return _sessions[slot] = new TokenSession(Library, (nuint)slot);
    }

    private static byte[] Reply(ReadOnlySpan<byte> result)
    {
        var reply = new ProviderReply { Result = result };
        return Message.WriteRecord(ref reply);
    }

    private static byte[] Refuse(TokenFault fault, string explanation)
    {
        var reply = new ProviderReply { Fault = (uint)fault, Explanation = Encoding.UTF8.GetBytes(explanation) };
        return Message.WriteRecord(ref reply);
    }
}
