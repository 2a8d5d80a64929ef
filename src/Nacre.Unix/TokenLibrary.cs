using System.Runtime.InteropServices;

namespace Nacre.Unix;

/// <summary>A shared library that speaks with tokens, by the interface of PKCS#11 v2.40 (Cryptoki).</summary>
/// <remarks>
/// It is anybody's code, and so is what it answers: counts and lengths have limits, and what is longer is not there. It is called by one thread at a time,
/// as C_Initialize without arguments promises.
/// </remarks>
internal sealed unsafe class TokenLibrary
{
    public const int MaxSlots = 256;

    /// <summary>The most objects of a class that are taken from a token.</summary>
    public const int MaxObjects = 256;

    /// <summary>The longest value of an attribute; certificates are the longest.</summary>
    public const int MaxValue = 16 * 1024;

    /// <summary>The signature of an RSA key of 16,384 bits.</summary>
    public const int MaxSignature = 2048;

    private const int LabelBytes = 32;

    /// <summary>CK_TOKEN_INFO: label, manufacturer, model and serial number come before the flags; what follows them is no matter of ours.</summary>
    private const int TokenFlagsOffset = 96, TokenRoom = 512;

    private const int FoundAtOnce = 32;

    private const nuint SerialSession = 4;

    private readonly nint* _functions;

    private TokenLibrary(nint* functions) => _functions = functions;

    /// <summary>CK_FUNCTION_LIST: where the functions stand that are called.</summary>
    private enum Function
    {
        Initialize = 0,
        Finalize = 1,
        GetSlotList = 4,
        GetTokenInfo = 6,
        OpenSession = 12,
        CloseSession = 13,
        Login = 18,
        GetAttributeValue = 24,
        FindObjectsInit = 26,
        FindObjects = 27,
        FindObjectsFinal = 28,
        SignInit = 42,
        Sign = 43,
    }

    /// <summary>Loads a library into this process and makes it ready.</summary>
    /// <exception cref="TokenLibraryException">It is none, or cannot.</exception>
    public static TokenLibrary Load(string path)
    {
        nint library = SharedLibrary.Load(path, out string fault);
        if (library == 0) throw new TokenLibraryException($"dlopen {path} failed: {fault}");
        if (!NativeLibrary.TryGetExport(library, "C_GetFunctionList", out nint found)) throw new TokenLibraryException($"dlsym(C_GetFunctionList) failed: {path} is not a PKCS#11 library");
        byte* list = null;
        Check("C_GetFunctionList", ((delegate* unmanaged<byte**, nuint>)found)(&list));

        // The list begins with its version, which fills no more than the room before the first pointer; that of version 3 begins as that of version 2.
        if (list is null || list[0] is not (2 or 3)) throw new TokenLibraryException($"{path} implements no version of PKCS#11 that is supported (2 or 3)");
        var loaded = new TokenLibrary((nint*)list + 1);
        foreach (Function function in Enum.GetValues<Function>())
        {
            if (loaded._functions[(int)function] == 0) throw new TokenLibraryException($"{path} lacks the function C_{function}");
        }

        var result = (TokenResult)((delegate* unmanaged<void*, nuint>)loaded._functions[(int)Function.Initialize])(null);
        return result is TokenResult.Ok or TokenResult.AlreadyInitialized ? loaded : throw new TokenLibraryException("C_Initialize", result);
    }

    /// <summary>Closes all sessions, which ends the logins.</summary>
    public void Close() => _ = ((delegate* unmanaged<void*, nuint>)At(Function.Finalize))(null);

    /// <summary>The slots that a token is in.</summary>
    public nuint[] SlotsWithTokens()
    {
        var list = (delegate* unmanaged<byte, nuint*, nuint*, nuint>)At(Function.GetSlotList);

        // Some look for readers only when they are asked for the count.
        nuint count = 0;
        Check("C_GetSlotList", list(1, null, &count));
        if (count > MaxSlots) throw new TokenLibraryException($"C_GetSlotList told of {count} slots; {MaxSlots} are the most");
        nuint* slots = stackalloc nuint[MaxSlots];
        count = MaxSlots;
        Check("C_GetSlotList", list(1, slots, &count));
        return new ReadOnlySpan<nuint>(slots, (int)nuint.Min(count, MaxSlots)).ToArray();
    }

    /// <summary>What a token says of itself: its name, which is UTF-8 from whoever made it ready, and its flags.</summary>
    public (byte[] Label, TokenFlags Flags) TokenIn(nuint slot)
    {
        byte* token = stackalloc byte[TokenRoom];
        new Span<byte>(token, TokenRoom).Clear();
        Check("C_GetTokenInfo", ((delegate* unmanaged<nuint, byte*, nuint>)At(Function.GetTokenInfo))(slot, token));
        return (new ReadOnlySpan<byte>(token, LabelBytes).TrimEnd(" \0"u8).ToArray(), (TokenFlags)(*(nuint*)(token + TokenFlagsOffset)));
    }

    /// <summary>Opens a session in which nothing is written.</summary>
    public nuint OpenSession(nuint slot)
    {
        nuint session = 0;
        Check("C_OpenSession", ((delegate* unmanaged<nuint, nuint, void*, void*, nuint*, nuint>)At(Function.OpenSession))(slot, SerialSession, null, null, &session));
        return session;
    }

    /// <summary>Closes a session, whatever the library says to it.</summary>
    public void CloseSession(nuint session) => _ = ((delegate* unmanaged<nuint, nuint>)At(Function.CloseSession))(session);

    /// <summary>Logs in; without a PIN the token asks for it at its own keys.</summary>
    public void Login(nuint session, TokenUser user, byte[]? pin)
    {
        fixed (byte* bytes = pin)
        {
            var result = (TokenResult)((delegate* unmanaged<nuint, nuint, byte*, nuint, nuint>)At(Function.Login))(session, (nuint)user, bytes, (nuint)(pin?.Length ?? 0));
            if (result is not (TokenResult.Ok or TokenResult.UserAlreadyLoggedIn)) throw new TokenLibraryException("C_Login", result);
        }
    }

    /// <summary>The objects that have all of some attributes, the first <see cref="MaxObjects"/> of them.</summary>
    public IReadOnlyList<nuint> Find(nuint session, params ReadOnlySpan<TokenAttribute> attributes)
    {
        Native* template = stackalloc Native[attributes.Length];
        var pins = new GCHandle[attributes.Length];
        try
        {
            for (int i = 0; i < attributes.Length; i++)
            {
                pins[i] = GCHandle.Alloc(attributes[i].Value, GCHandleType.Pinned);
                template[i] = new Native { Type = (nuint)attributes[i].Type, Value = (void*)pins[i].AddrOfPinnedObject(), Length = (nuint)attributes[i].Value.Length };
            }

            Check("C_FindObjectsInit", ((delegate* unmanaged<nuint, Native*, nuint, nuint>)At(Function.FindObjectsInit))(session, template, (nuint)attributes.Length));
        }
        finally
        {
            foreach (GCHandle pin in pins)
            {
                if (pin.IsAllocated) pin.Free();
            }
        }

        try
        {
            return Found(session);
        }
        finally
        {
            _ = ((delegate* unmanaged<nuint, nuint>)At(Function.FindObjectsFinal))(session);
        }
    }

    /// <summary>An attribute of an object; null where it has none, or does not show it, or it is too long.</summary>
    public byte[]? Read(nuint session, nuint found, TokenAttributeType type)
    {
        var get = (delegate* unmanaged<nuint, nuint, Native*, nuint, nuint>)At(Function.GetAttributeValue);
        var attribute = new Native { Type = (nuint)type };
        if (get(session, found, &attribute, 1) != 0 || attribute.Length > MaxValue) return null;
        byte[] value = new byte[attribute.Length];
        fixed (byte* bytes = value)
        {
            attribute.Value = bytes;
            return get(session, found, &attribute, 1) == 0 && attribute.Length <= (nuint)value.Length ? value[..(int)attribute.Length] : null;
        }
    }

    /// <summary>Begins to sign with a key, so that a login for this signature can follow.</summary>
    public void BeginSigning(nuint session, nuint key, TokenMechanism mechanism)
    {
        var native = new Native { Type = (nuint)mechanism };
        Check("C_SignInit", ((delegate* unmanaged<nuint, Native*, nuint, nuint>)At(Function.SignInit))(session, &native, key));
    }

    /// <summary>Signs, and ends what <see cref="BeginSigning"/> began.</summary>
    public byte[] Sign(nuint session, ReadOnlySpan<byte> data)
    {
        byte* signature = stackalloc byte[MaxSignature];
        nuint length = MaxSignature;
        fixed (byte* bytes = data)
        {
            Check("C_Sign", ((delegate* unmanaged<nuint, byte*, nuint, byte*, nuint*, nuint>)At(Function.Sign))(session, bytes, (nuint)data.Length, signature, &length));
        }

        return length <= MaxSignature ? new ReadOnlySpan<byte>(signature, (int)length).ToArray() : throw new TokenLibraryException($"C_Sign told of {length} bytes; {MaxSignature} are the most");
    }

    private static void Check(string function, nuint result)
    {
        if (result != 0) throw new TokenLibraryException(function, (TokenResult)result);
    }

    private nint At(Function function) => _functions[(int)function];

    private List<nuint> Found(nuint session)
    {
        var find = (delegate* unmanaged<nuint, nuint*, nuint, nuint*, nuint>)At(Function.FindObjects);
        nuint* part = stackalloc nuint[FoundAtOnce];
        var found = new List<nuint>();
        while (found.Count < MaxObjects)
        {
            nuint count = 0;
            Check("C_FindObjects", find(session, part, FoundAtOnce, &count));
            if (count == 0) break;
            for (nuint i = 0; i < nuint.Min(count, FoundAtOnce) && found.Count < MaxObjects; i++) found.Add(part[i]);
        }

        return found;
    }

    /// <summary>CK_ATTRIBUTE and CK_MECHANISM, which have the same form.</summary>
    private struct Native
    {
        public nuint Type;
        public void* Value;
        public nuint Length;
    }
}
