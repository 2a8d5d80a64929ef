using Nacre.Protocol.Authentication;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Tools.Sshd.Monitor;

/// <summary>From the gate: the client has named its user, which it can do once.</summary>
internal ref struct NameMessage : IMonitorMessage<NameMessage>
{
    public ReadOnlySpan<byte> UserName;

    public static MonitorMessageType Type => MonitorMessageType.Name;

    public static void Fields<V>(ref V visit, ref NameMessage message)
        where V : IFieldVisitor, allows ref struct => visit.Text(ref message.UserName, UserauthRequest.MaxUserName);
}

/// <summary>To the gate: the configuration that holds for the user, and the banner.</summary>
internal ref struct RulesMessage : IMonitorMessage<RulesMessage>
{
    public uint LogLevel;
    public uint Config;
    public ReadOnlySpan<byte> Banner;

    public static MonitorMessageType Type => MonitorMessageType.Rules;

    public static void Fields<V>(ref V visit, ref RulesMessage message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.LogLevel);
        visit.UInt32(ref message.Config);
        visit.Text(ref message.Banner);
    }
}

/// <summary>From the gate: the method none.</summary>
internal ref struct NoneMessage : IMonitorMessage<NoneMessage>
{
    public static MonitorMessageType Type => MonitorMessageType.None;

    public static void Fields<V>(ref V visit, ref NoneMessage message)
        where V : IFieldVisitor, allows ref struct
    {
    }
}

/// <summary>From the gate: the method password.</summary>
internal ref struct PasswordMessage : IMonitorMessage<PasswordMessage>
{
    public ReadOnlySpan<byte> Password;
    public bool IsChange;
    public ReadOnlySpan<byte> NewPassword;

    public static MonitorMessageType Type => MonitorMessageType.Password;

    public static void Fields<V>(ref V visit, ref PasswordMessage message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Secret(ref message.Password, AuthenticationServerOptions.MaxPasswordLength);
        visit.Boolean(ref message.IsChange);
        visit.Secret(ref message.NewPassword, AuthenticationServerOptions.MaxPasswordLength);
    }
}

/// <summary>From the gate: would this key do?</summary>
internal ref struct KeyQueryMessage : IMonitorMessage<KeyQueryMessage>
{
    public ReadOnlySpan<byte> Algorithm;
    public ReadOnlySpan<byte> Key;

    public static MonitorMessageType Type => MonitorMessageType.KeyQuery;

    public static void Fields<V>(ref V visit, ref KeyQueryMessage message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Algorithm, NameList.MaxNameLength);
        visit.String(ref message.Key);
    }
}

/// <summary>From the gate: the method publickey or hostbased, with all that the signature covers which the monitor does not know by itself.</summary>
internal ref struct KeyProofMessage : IMonitorMessage<KeyProofMessage>
{
    public ReadOnlySpan<byte> Method;
    public ReadOnlySpan<byte> Algorithm;
    public ReadOnlySpan<byte> Key;
    public bool IsHostBound;
    public ReadOnlySpan<byte> HostKey;
    public ReadOnlySpan<byte> ClientHost;
    public ReadOnlySpan<byte> ClientUser;
    public ReadOnlySpan<byte> Signature;

    public static MonitorMessageType Type => MonitorMessageType.KeyProof;

    public static void Fields<V>(ref V visit, ref KeyProofMessage message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Method, NameList.MaxNameLength);
        visit.Text(ref message.Algorithm, NameList.MaxNameLength);
        visit.String(ref message.Key);
        visit.Boolean(ref message.IsHostBound);
        visit.String(ref message.HostKey);
        visit.Text(ref message.ClientHost, HostbasedFields.MaxHostName);
        visit.Text(ref message.ClientUser, UserauthRequest.MaxUserName);
        visit.String(ref message.Signature);
    }
}

/// <summary>From the gate: an attempt that made no sense and has failed, without anybody having been asked.</summary>
internal ref struct FailedMessage : IMonitorMessage<FailedMessage>
{
    public ReadOnlySpan<byte> Method;

    /// <summary>The key, for publickey and hostbased; empty where there is none.</summary>
    public ReadOnlySpan<byte> Key;

    public static MonitorMessageType Type => MonitorMessageType.Failed;

    public static void Fields<V>(ref V visit, ref FailedMessage message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Method);
        visit.String(ref message.Key);
    }
}

/// <summary>From the gate: the method keyboard-interactive begins.</summary>
internal ref struct InteractiveMessage : IMonitorMessage<InteractiveMessage>
{
    public ReadOnlySpan<byte> Submethods;

    public static MonitorMessageType Type => MonitorMessageType.Interactive;

    public static void Fields<V>(ref V visit, ref InteractiveMessage message)
        where V : IFieldVisitor, allows ref struct => visit.Text(ref message.Submethods);
}

/// <summary>To the gate: what the person at the client is asked.</summary>
internal ref struct QuestionMessage : IMonitorMessage<QuestionMessage>
{
    public ReadOnlySpan<byte> Name;
    public ReadOnlySpan<byte> Instruction;

    /// <summary>The prompts, as <see cref="PromptFields"/>.</summary>
    public ReadOnlySpan<byte> Prompts;

    public static MonitorMessageType Type => MonitorMessageType.Question;

    public static void Fields<V>(ref V visit, ref QuestionMessage message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Name);
        visit.Text(ref message.Instruction);
        visit.String(ref message.Prompts);
    }
}

/// <summary>One prompt of a question.</summary>
internal ref struct PromptFields : IRecord<PromptFields>
{
    public ReadOnlySpan<byte> Text;
    public bool Echo;

    public static void Fields<V>(ref V visit, ref PromptFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Text);
        visit.Boolean(ref message.Echo);
    }
}

/// <summary>From the gate: what the person at the client answers.</summary>
internal ref struct AnswersMessage : IMonitorMessage<AnswersMessage>
{
    /// <summary>The answers, one string each.</summary>
    public ReadOnlySpan<byte> Answers;

    public static MonitorMessageType Type => MonitorMessageType.Answers;

    public static void Fields<V>(ref V visit, ref AnswersMessage message)
        where V : IFieldVisitor, allows ref struct => visit.Secret(ref message.Answers);
}

/// <summary>From the gate: the client began something else in place of answering.</summary>
internal ref struct AbandonMessage : IMonitorMessage<AbandonMessage>
{
    public static MonitorMessageType Type => MonitorMessageType.Abandon;

    public static void Fields<V>(ref V visit, ref AbandonMessage message)
        where V : IFieldVisitor, allows ref struct
    {
    }
}

/// <summary>To the gate: what an attempt is worth.</summary>
internal ref struct VerdictMessage : IMonitorMessage<VerdictMessage>
{
    public bool IsAccepted;

    /// <summary>The limits of what was accepted.</summary>
    public ReadOnlySpan<byte> Permissions;

    /// <summary>What to tell the person whose password has expired; empty otherwise.</summary>
    public ReadOnlySpan<byte> PasswordExpiry;

    /// <summary>Whether this is somebody who may log in at all, for the log.</summary>
    public bool IsUserValid;

    /// <summary>Why a client that has proven who it is may not come in; empty otherwise.</summary>
    public ReadOnlySpan<byte> Notice;

    /// <summary>Neither a password nor an answer to questions will do from now on.</summary>
    public bool EndsPasswords;

    public static MonitorMessageType Type => MonitorMessageType.Verdict;

    public static void Fields<V>(ref V visit, ref VerdictMessage message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Boolean(ref message.IsAccepted);
        visit.String(ref message.Permissions);
        visit.Text(ref message.PasswordExpiry);
        visit.Boolean(ref message.IsUserValid);
        visit.Text(ref message.Notice);
        visit.Boolean(ref message.EndsPasswords);
    }
}
