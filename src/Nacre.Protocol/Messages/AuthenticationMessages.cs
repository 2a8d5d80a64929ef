using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Messages;

/// <summary>RFC 4252 5; what follows the method's name is a record of that method.</summary>
internal ref struct UserauthRequest : IMessage<UserauthRequest>
{
    /// <summary>Longer user names are refused before anything looks at them .</summary>
    public const int MaxUserName = 1024;

    public ReadOnlySpan<byte> UserName;
    public ReadOnlySpan<byte> ServiceName;
    public ReadOnlySpan<byte> MethodName;
    public ReadOnlySpan<byte> MethodFields;

    public static MessageNumber Number => MessageNumber.UserauthRequest;

    public static void Fields<V>(ref V visit, ref UserauthRequest message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.UserName, MaxUserName);
        visit.Text(ref message.ServiceName, NameList.MaxNameLength);
        visit.Text(ref message.MethodName, NameList.MaxNameLength);
        visit.Rest(ref message.MethodFields);
    }
}

/// <summary>RFC 4252 7: the fields of the publickey method; the signature is there when <see cref="HasSignature"/> says so.</summary>
internal ref struct PublicKeyFields : IRecord<PublicKeyFields>
{
    public bool HasSignature;
    public ReadOnlySpan<byte> Algorithm;
    public ReadOnlySpan<byte> PublicKey;
    public ReadOnlySpan<byte> Signature;

    public static void Fields<V>(ref V visit, ref PublicKeyFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Boolean(ref message.HasSignature);
        visit.Text(ref message.Algorithm, NameList.MaxNameLength);
        visit.String(ref message.PublicKey);
        if (message.HasSignature) visit.String(ref message.Signature);
    }
}

/// <summary>OpenSSH's publickey-hostbound-v00@openssh.com: as <see cref="PublicKeyFields"/>, with the server's host key before the signature.</summary>
internal ref struct HostBoundPublicKeyFields : IRecord<HostBoundPublicKeyFields>
{
    public bool HasSignature;
    public ReadOnlySpan<byte> Algorithm;
    public ReadOnlySpan<byte> PublicKey;
    public ReadOnlySpan<byte> HostKey;
    public ReadOnlySpan<byte> Signature;

    public static void Fields<V>(ref V visit, ref HostBoundPublicKeyFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Boolean(ref message.HasSignature);
        visit.Text(ref message.Algorithm, NameList.MaxNameLength);
        visit.String(ref message.PublicKey);
        visit.String(ref message.HostKey);
        if (message.HasSignature) visit.String(ref message.Signature);
    }
}

/// <summary>The fields of the method none: there are no fields.</summary>
internal ref struct NoneFields : IRecord<NoneFields>
{
    public static void Fields<V>(ref V visit, ref NoneFields message)
        where V : IFieldVisitor, allows ref struct
    {
    }
}

/// <summary>RFC 4252 8: the fields of the password method; a new password is there when <see cref="IsChange"/> says so.</summary>
internal ref struct PasswordFields : IRecord<PasswordFields>
{
    public bool IsChange;
    public ReadOnlySpan<byte> Password;
    public ReadOnlySpan<byte> NewPassword;

    public static void Fields<V>(ref V visit, ref PasswordFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Boolean(ref message.IsChange);
        visit.Secret(ref message.Password);
        if (message.IsChange) visit.Secret(ref message.NewPassword);
    }
}

/// <summary>RFC 4252 9: the fields of the hostbased method.</summary>
internal ref struct HostbasedFields : IRecord<HostbasedFields>
{
    /// <summary>Longer names of hosts are refused; DNS has none.</summary>
    public const int MaxHostName = 1024;

    public ReadOnlySpan<byte> Algorithm;
    public ReadOnlySpan<byte> PublicKey;
    public ReadOnlySpan<byte> ClientHost;
    public ReadOnlySpan<byte> ClientUser;
    public ReadOnlySpan<byte> Signature;

    public static void Fields<V>(ref V visit, ref HostbasedFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Algorithm, NameList.MaxNameLength);
        visit.String(ref message.PublicKey);
        visit.Text(ref message.ClientHost, MaxHostName);
        visit.Text(ref message.ClientUser, UserauthRequest.MaxUserName);
        visit.String(ref message.Signature);
    }
}

/// <summary>RFC 4256 3.1: the fields of the keyboard-interactive method.</summary>
internal ref struct KeyboardInteractiveFields : IRecord<KeyboardInteractiveFields>
{
    public ReadOnlySpan<byte> LanguageTag;
    public ReadOnlySpan<byte> Submethods;

    public static void Fields<V>(ref V visit, ref KeyboardInteractiveFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.LanguageTag);
        visit.Text(ref message.Submethods);
    }
}

/// <summary>RFC 4252 5.1.</summary>
internal ref struct UserauthFailure : IMessage<UserauthFailure>
{
    public NameList MethodsThatCanContinue;
    public bool PartialSuccess;

    public static MessageNumber Number => MessageNumber.UserauthFailure;

    public static void Fields<V>(ref V visit, ref UserauthFailure message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Names(ref message.MethodsThatCanContinue);
        visit.Boolean(ref message.PartialSuccess);
    }
}

/// <summary>RFC 4252 5.1.</summary>
internal ref struct UserauthSuccess : IMessage<UserauthSuccess>
{
    public static MessageNumber Number => MessageNumber.UserauthSuccess;

    public static void Fields<V>(ref V visit, ref UserauthSuccess message)
        where V : IFieldVisitor, allows ref struct
    {
    }
}

/// <summary>RFC 4252 5.4.</summary>
internal ref struct UserauthBanner : IMessage<UserauthBanner>
{
    public ReadOnlySpan<byte> Text;
    public ReadOnlySpan<byte> LanguageTag;

    public static MessageNumber Number => MessageNumber.UserauthBanner;

    public static void Fields<V>(ref V visit, ref UserauthBanner message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Text);
        visit.OptionalText(ref message.LanguageTag);
    }
}

/// <summary>RFC 4252 7: the key would be accepted.</summary>
internal ref struct UserauthPkOk : IMessage<UserauthPkOk>
{
    public ReadOnlySpan<byte> Algorithm;
    public ReadOnlySpan<byte> PublicKey;

    public static MessageNumber Number => MessageNumber.UserauthPkOk;

    public static void Fields<V>(ref V visit, ref UserauthPkOk message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Algorithm, NameList.MaxNameLength);
        visit.String(ref message.PublicKey);
    }
}

/// <summary>RFC 4252 8: the password has expired.</summary>
internal ref struct UserauthPasswdChangereq : IMessage<UserauthPasswdChangereq>
{
    public ReadOnlySpan<byte> Prompt;
    public ReadOnlySpan<byte> LanguageTag;

    public static MessageNumber Number => MessageNumber.UserauthPasswdChangereq;

    public static void Fields<V>(ref V visit, ref UserauthPasswdChangereq message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Prompt);
        visit.OptionalText(ref message.LanguageTag);
    }
}

/// <summary>RFC 4256 3.2; each prompt is read from <see cref="Prompts"/> as a <see cref="Prompt"/>.</summary>
internal ref struct UserauthInfoRequest : IMessage<UserauthInfoRequest>
{
    public ReadOnlySpan<byte> Name;
    public ReadOnlySpan<byte> Instruction;
    public ReadOnlySpan<byte> LanguageTag;
    public uint Count;
    public ReadOnlySpan<byte> Prompts;

    public static MessageNumber Number => MessageNumber.UserauthInfoRequest;

    public static void Fields<V>(ref V visit, ref UserauthInfoRequest message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Name);
        visit.Text(ref message.Instruction);
        visit.Text(ref message.LanguageTag);
        visit.UInt32(ref message.Count);
        visit.Rest(ref message.Prompts);
    }
}

/// <summary>One prompt of a <see cref="UserauthInfoRequest"/>.</summary>
internal ref struct Prompt : IRecord<Prompt>
{
    public ReadOnlySpan<byte> Text;
    public bool Echo;

    public static void Fields<V>(ref V visit, ref Prompt message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Text);
        visit.Boolean(ref message.Echo);
    }
}

/// <summary>RFC 4256 3.4; each response is a string in <see cref="Responses"/>.</summary>
internal ref struct UserauthInfoResponse : IMessage<UserauthInfoResponse>
{
    public uint Count;
    public ReadOnlySpan<byte> Responses;

    public static MessageNumber Number => MessageNumber.UserauthInfoResponse;

    public static void Fields<V>(ref V visit, ref UserauthInfoResponse message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Count);
        visit.Rest(ref message.Responses);
    }
}
