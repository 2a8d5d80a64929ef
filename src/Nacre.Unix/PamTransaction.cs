using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Nacre.Unix;

/// <summary>One use of PAM for one user: authentication, the account, credentials and the session.</summary>
/// <remarks>
/// Every call may take seconds (a wrong password is answered late on purpose) and belongs on a thread of its own, one call at a
/// time. Modules that open a session change the process or thread that calls them (limits, keyrings, the audit id), so a session is
/// to be opened by the process that starts the user's programs.
/// </remarks>
internal sealed unsafe partial class PamTransaction : IDisposable
{
    private const string Library = "libpam.so.0";

    // Linux-PAM's own limits of one conversation.
    private const int MostMessages = 32;
    private const int LongestAnswer = 512;

    private const int ItemTerminal = 3;
    private const int ItemRemoteHost = 4;

    private const int EstablishCredentials = 0x2;
    private const int DeleteCredentials = 0x4;
    private const int DisallowNullPassword = 0x1;
    private const int ChangeExpiredPassword = 0x20;

    private readonly GCHandle self;
    private readonly Conversation* conversation;
    private nint handle;
    private PamStatus last;
    private bool isSessionOpen;
    private bool hasCredentials;
    private IPamConversation? answerer;

    private PamTransaction()
    {
        self = GCHandle.Alloc(this);
        conversation = (Conversation*)NativeMemory.AllocZeroed((nuint)sizeof(Conversation));
        conversation->Callback = &Converse;
        conversation->Data = GCHandle.ToIntPtr(self);
    }

    /// <summary>Starts a transaction.</summary>
    /// <param name="service">The name of the file in /etc/pam.d.</param>
    /// <param name="user">Whom it is about, whether there is such a user or not.</param>
    /// <param name="remoteHost">Where they come from.</param>
    /// <param name="terminal">What they come by; "ssh" until there is a real one.</param>
    /// <param name="configuration">Another directory than /etc/pam.d.</param>
    /// <exception cref="PamException">The transaction could not be started.</exception>
    /// <exception cref="DllNotFoundException">There is no libpam.so.0 on this machine.</exception>
    public static PamTransaction Start(string service, string user, string? remoteHost, string? terminal = "ssh", string? configuration = null)
    {
        var transaction = new PamTransaction();
        try
        {
            nint started;
            transaction.last = configuration is null
                ? pam_start(service, user, transaction.conversation, &started)
                : pam_start_confdir(service, user, transaction.conversation, configuration, &started);
            transaction.handle = transaction.last == PamStatus.SUCCESS ? started : 0;
            transaction.ThrowUnlessGood("pam_start");
            if (remoteHost is not null)
                transaction.Set(ItemRemoteHost, remoteHost);
            if (terminal is not null)
                transaction.Set(ItemTerminal, terminal);
            return transaction;
        }
        catch
        {
            transaction.Dispose();
            throw;
        }
    }

    /// <summary>Asks whether the user is who they say, by questions that <paramref name="answers"/> answers.</summary>
    public PamStatus Authenticate(IPamConversation answers, bool permitsEmptyPassword = false) =>
        Call(answers, () => pam_authenticate(handle, permitsEmptyPassword ? 0 : DisallowNullPassword));

    /// <summary>Asks whether the account may be used now.</summary>
    public PamStatus AccountManagement(IPamConversation? answers = null) =>
        Call(answers, () => pam_acct_mgmt(handle, 0));

    /// <summary>Has the user choose a new password in place of an expired one.</summary>
    public PamStatus ChangeExpiredPasswordNow(IPamConversation answers) =>
        Call(answers, () => pam_chauthtok(handle, ChangeExpiredPassword));

    /// <summary>Sets up the user's credentials.</summary>
    public PamStatus SetCredentials(IPamConversation? answers = null)
    {
        PamStatus status = Call(answers, () => pam_setcred(handle, EstablishCredentials));
        hasCredentials |= status == PamStatus.SUCCESS;
        return status;
    }

    /// <summary>Opens the session.</summary>
    public PamStatus OpenSession(IPamConversation? answers = null)
    {
        PamStatus status = Call(answers, () => pam_open_session(handle, 0));
        isSessionOpen |= status == PamStatus.SUCCESS;
        return status;
    }

    /// <summary>Closes the session and takes the credentials away again.</summary>
    public void CloseSession()
    {
        if (isSessionOpen)
            Call(null, () => pam_close_session(handle, 0));
        if (hasCredentials)
            Call(null, () => pam_setcred(handle, DeleteCredentials));
        isSessionOpen = false;
        hasCredentials = false;
    }

    /// <summary>Names the terminal, once there is one.</summary>
    public void SetTerminal(string terminal) => Set(ItemTerminal, terminal);

    /// <summary>Puts a variable ("NAME=value") into the environment that modules see and add to.</summary>
    public void PutEnvironment(string entry)
    {
        last = pam_putenv(handle, entry);
        ThrowUnlessGood("pam_putenv");
    }

    /// <summary>The variables that modules have set for the user's programs.</summary>
    public CStrings GetEnvironment()
    {
        var environment = new CStrings();
        byte** list = pam_getenvlist(handle);
        if (list is null)
            return environment;
        for (byte** entry = list; *entry is not null; entry++)
        {
            environment.Add(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(*entry));
            Libc.free(*entry);
        }
        Libc.free(list);
        return environment;
    }

    /// <summary>PAM's sentence for a status.</summary>
    public string Describe(PamStatus status) =>
        Marshal.PtrToStringUTF8((nint)pam_strerror(handle, status)) ?? status.ToString();

    public void Dispose()
    {
        if (!self.IsAllocated)
            return;
        if (handle != 0)
        {
            CloseSession();
            _ = pam_end(handle, last);
            handle = 0;
        }
        NativeMemory.Free(conversation);
        self.Free();
    }

    private PamStatus Call(IPamConversation? answers, Func<PamStatus> function)
    {
        ObjectDisposedException.ThrowIf(handle == 0, this);
        answerer = answers;
        try
        {
            return last = function();
        }
        finally
        {
            answerer = null;
        }
    }

    private void Set(int item, string value)
    {
        byte* text = (byte*)Marshal.StringToCoTaskMemUTF8(value);
        try
        {
            last = pam_set_item(handle, item, text); // which copies it
        }
        finally
        {
            Marshal.FreeCoTaskMem((nint)text);
        }
        ThrowUnlessGood("pam_set_item");
    }

    private void ThrowUnlessGood(string attempt)
    {
        if (last != PamStatus.SUCCESS)
            throw new PamException(last, $"{attempt}: {(handle == 0 ? last.ToString() : Describe(last))}");
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static PamStatus Converse(int count, Message** messages, Response** responses, nint data)
    {
        try
        {
            var transaction = (PamTransaction)GCHandle.FromIntPtr(data).Target!;
            return transaction.Converse(count, messages, responses);
        }
        catch (Exception)
        {
            // Nothing may be thrown through foreign frames; the module fails, and with it the authentication.
            return PamStatus.CONV_ERR;
        }
    }

    private PamStatus Converse(int count, Message** messages, Response** responses)
    {
        if (answerer is null || count is <= 0 or > MostMessages)
            return PamStatus.CONV_ERR;

        var prompts = new PamPrompt[count];
        for (int i = 0; i < count; i++)
        {
            // Linux-PAM gives an array of pointers to messages.
            prompts[i] = new PamPrompt((PamPromptStyle)messages[i]->Style, Marshal.PtrToStringUTF8((nint)messages[i]->Text) ?? "");
        }
        var answers = new byte[]?[count];
        try
        {
            if (!answerer.TryAnswer(prompts, answers) || !AreComplete(prompts, answers))
                return PamStatus.CONV_ERR;
            *responses = Respond(answers);
            return PamStatus.SUCCESS;
        }
        finally
        {
            foreach (byte[]? answer in answers)
                CryptographicOperations.ZeroMemory(answer);
        }
    }

    private static bool AreComplete(PamPrompt[] prompts, byte[]?[] answers)
    {
        for (int i = 0; i < prompts.Length; i++)
        {
            if (prompts[i].AsksForAnswer && answers[i] is null)
                return false;
            if (answers[i] is { } answer && (answer.Length >= LongestAnswer || answer.AsSpan().Contains((byte)0)))
                return false;
        }
        return true;
    }

    /// <summary>Memory of the C library, which PAM frees.</summary>
    private static Response* Respond(byte[]?[] answers)
    {
        var responses = (Response*)NativeMemory.AllocZeroed((nuint)answers.Length, (nuint)sizeof(Response));
        for (int i = 0; i < answers.Length; i++)
        {
            if (answers[i] is not { } answer)
                continue;
            responses[i].Text = (byte*)NativeMemory.AllocZeroed((nuint)answer.Length + 1);
            answer.CopyTo(new Span<byte>(responses[i].Text, answer.Length));
        }
        return responses;
    }

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial PamStatus pam_start(string service, string user, Conversation* conversation, nint* handle);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial PamStatus pam_start_confdir(string service, string user, Conversation* conversation, string directory, nint* handle);

    [LibraryImport(Library)]
    private static partial PamStatus pam_end(nint handle, PamStatus last);

    [LibraryImport(Library)]
    private static partial PamStatus pam_set_item(nint handle, int item, byte* value);

    [LibraryImport(Library)]
    private static partial PamStatus pam_authenticate(nint handle, int flags);

    [LibraryImport(Library)]
    private static partial PamStatus pam_acct_mgmt(nint handle, int flags);

    [LibraryImport(Library)]
    private static partial PamStatus pam_chauthtok(nint handle, int flags);

    [LibraryImport(Library)]
    private static partial PamStatus pam_setcred(nint handle, int flags);

    [LibraryImport(Library)]
    private static partial PamStatus pam_open_session(nint handle, int flags);

    [LibraryImport(Library)]
    private static partial PamStatus pam_close_session(nint handle, int flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial PamStatus pam_putenv(nint handle, string entry);

    [LibraryImport(Library)]
    private static partial byte** pam_getenvlist(nint handle);

    [LibraryImport(Library)]
    private static partial byte* pam_strerror(nint handle, PamStatus status);

    [StructLayout(LayoutKind.Sequential)]
    private struct Conversation
    {
        public delegate* unmanaged[Cdecl]<int, Message**, Response**, nint, PamStatus> Callback;
        public nint Data;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Message
    {
        public int Style;
        public byte* Text;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Response
    {
        public byte* Text;
        public int ReturnCode;
    }
}
